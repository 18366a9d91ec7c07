"""The constructors of classes by their number of fields, so that no start compiles them.

All but `text` is written by `tests/start_code.py`, and held to it by `tests/unit/test_start.py`.
"""

# ruff: noqa: ANN001, ANN201, ANN202, E501, E702, F821, N807
# fmt: off


def text(name, count):
    """Return the source of a constructor with so many parameters behind a first one."""
    names = [f"_{at}" for at in range(count)]
    if name == "__new__":
        body = f"return _new(_own, ({''.join(f'{one}, ' for one in names)}))"
    else:
        body = "; ".join(f"_set{at}(_own, {one})" for at, one in enumerate(names)) or "pass"
    return f"def {name}({', '.join(['_own', *names])}): {body}\n"


CODE = {}
def __new__(_own, _0): return _new(_own, (_0, ))
CODE["__new__", 1] = __new__.__code__
def __new__(_own, _0, _1): return _new(_own, (_0, _1, ))
CODE["__new__", 2] = __new__.__code__
def __new__(_own, _0, _1, _2): return _new(_own, (_0, _1, _2, ))
CODE["__new__", 3] = __new__.__code__
def __new__(_own, _0, _1, _2, _3): return _new(_own, (_0, _1, _2, _3, ))
CODE["__new__", 4] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4): return _new(_own, (_0, _1, _2, _3, _4, ))
CODE["__new__", 5] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5): return _new(_own, (_0, _1, _2, _3, _4, _5, ))
CODE["__new__", 6] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, ))
CODE["__new__", 7] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, ))
CODE["__new__", 8] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, _8, ))
CODE["__new__", 9] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, ))
CODE["__new__", 10] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, ))
CODE["__new__", 11] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, ))
CODE["__new__", 12] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, ))
CODE["__new__", 13] = __new__.__code__
def __new__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13): return _new(_own, (_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, ))
CODE["__new__", 14] = __new__.__code__
def __init__(_own, _0): _set0(_own, _0)
CODE["__init__", 1] = __init__.__code__
def __init__(_own, _0, _1): _set0(_own, _0); _set1(_own, _1)
CODE["__init__", 2] = __init__.__code__
def __init__(_own, _0, _1, _2): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2)
CODE["__init__", 3] = __init__.__code__
def __init__(_own, _0, _1, _2, _3): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3)
CODE["__init__", 4] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4)
CODE["__init__", 5] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5)
CODE["__init__", 6] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6)
CODE["__init__", 7] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7)
CODE["__init__", 8] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7); _set8(_own, _8)
CODE["__init__", 9] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7); _set8(_own, _8); _set9(_own, _9)
CODE["__init__", 10] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7); _set8(_own, _8); _set9(_own, _9); _set10(_own, _10)
CODE["__init__", 11] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7); _set8(_own, _8); _set9(_own, _9); _set10(_own, _10); _set11(_own, _11)
CODE["__init__", 12] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7); _set8(_own, _8); _set9(_own, _9); _set10(_own, _10); _set11(_own, _11); _set12(_own, _12)
CODE["__init__", 13] = __init__.__code__
def __init__(_own, _0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13): _set0(_own, _0); _set1(_own, _1); _set2(_own, _2); _set3(_own, _3); _set4(_own, _4); _set5(_own, _5); _set6(_own, _6); _set7(_own, _7); _set8(_own, _8); _set9(_own, _9); _set10(_own, _10); _set11(_own, _11); _set12(_own, _12); _set13(_own, _13)
CODE["__init__", 14] = __init__.__code__
