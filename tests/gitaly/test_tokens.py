from apps.core.gitaly.tokens import authorization


def test_the_token_has_the_known_answer() -> None:
    made = authorization(token="foo", at=1535671615)

    digest = "3346cb25ecdb928defd368e7390522a86764bbdf1e8b21aaef27c4c23ec9c899"
    assert made == f"Bearer v2.{digest}.1535671615"
