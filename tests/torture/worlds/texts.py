"""The model's texts. Contract git-access, 4.1."""

PROJECT = "The project you were looking for could not be found or you don't have permission to view it."
WIKI = "The wiki you were looking for could not be found."
MAINTENANCE = (
    "Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode."
)
READ_ONLY = "The repository is temporarily read-only. Please try again later."
FULL = (
    "Your push to this repository cannot be completed because this repository has exceeded the allocated "
    "storage for your project. Contact your GitLab administrator for more information."
)
ABSENT = {
    "project": "A repository for this project does not exist yet.",
    "wiki": "A repository for this wiki does not exist yet.",
    "group-wiki": "A repository for this group wiki does not exist yet.",
    "snippet": "The snippet repository you were looking for could not be found.",
}
ACCOUNTS = {
    "internal": "This action cannot be performed by internal users",
    "pending": "Your account is pending approval from your administrator and hence blocked.",
    "terms": "You (@{name}) must accept the Terms of Service in order to perform this action. To accept "
    "these terms, please access GitLab from a web browser at {url}.",
    "deactivated": "Your account has been deactivated by your administrator. Please log back in from a web "
    "browser to reactivate your account at {url}",
    "unconfirmed": "Your primary email address is not confirmed. Please check your inbox for the "
    "confirmation instructions. In case the link is expired, you can request a new confirmation email at "
    "{url}/users/confirmation/new",
    "blocked": "Your account has been blocked.",
    "password": "Your password expired. Please access GitLab from a web browser to update your password.",
}
TECHNOLOGIES = {
    "ssh-ed25519": "ed25519", "ssh-rsa": "rsa", "sk-ssh-ed25519@openssh.com": "ed25519_sk",
}  # fmt: skip
SNIPPET = "You are not allowed to update this snippet."
PULLS = {
    "project": "You are not allowed to download code from this project.",
    "wiki": "You are not allowed to download files from this wiki.",
    "group-wiki": "You are not allowed to download files from this wiki.",
    "snippet": "You are not allowed to read this snippet.",
}
OTP = "OTP verification is required to access the repository.\n\n   Use: ssh git@localhost 2fa_verify"
