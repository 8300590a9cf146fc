from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews.breaking_glass import closing
        from reviews.policy import changing
        from reviews.rulebook import holding

        changing.register()
        closing.register()
        holding.register()
