"""The one exception that ends a script with a sentence instead of a stack trace."""

EXIT_USAGE = 2
EXIT_FAILED = 4
EXIT_MISSING_TOOL = 69


class BenchError(Exception):
    def __init__(self, message, exit_code=EXIT_FAILED):
        super().__init__(message)
        self.exit_code = exit_code
