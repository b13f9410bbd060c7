from msgspec import Struct


class Answer(Struct):
    """What resolvers find out about the answer as a whole, beside what they return.

    `is_complete`: nothing is left out of it because a source did not answer; what is left out may be there a moment
    later, so that such an answer is not used again.
    """

    is_complete: bool = True
