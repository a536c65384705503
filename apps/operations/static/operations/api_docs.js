// A file of its own, so that a Content-Security-Policy need not allow scripts in pages.
const viewer = document.getElementById("viewer");
SwaggerUIBundle({
  domNode: viewer,
  url: viewer.dataset.schema,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  validatorUrl: null, // its default asks a validator on the internet
});
