from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Group(BaseModel):
    """Some of the settings: what checks them is made once for all of them, when they are read."""

    model_config = ConfigDict(frozen=True, defer_build=True)
