from types import CodeType

CODE: dict[tuple[str, int], CodeType]

def text(name: str, count: int) -> str: ...
