"""What an app says about its endpoints: parameters, answers, who may call. OpenAPI is made of it."""
