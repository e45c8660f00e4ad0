"""Merging must tidy up names and ids without hiding that two different things happened."""

from sonde.query.drain import merged


def test_many_values_at_a_place_become_one_pattern():
    names = [f"user {name} logged in from <*>" for name in ("alice", "bob", "carol", "dave", "eve")]
    assert merged(names) == [("user <any> logged in from <*>", [0, 1, 2, 3, 4])]


def test_a_few_values_are_different_events():
    different = ["cache hit for <*>", "cache miss for <*>", "cache stale for <*>"]
    assert [members for _, members in merged(different)] == [[0], [1], [2]]


def test_what_the_words_share_around_the_value_is_kept():
    assert merged([f"set [key=v{one}], done" for one in "abcd"]) == [("set [key=<any>], done", [0, 1, 2, 3])]


def test_a_place_with_few_and_one_with_many_values():
    lines = [f"job {name} has {state}" for state in ("failed", "finished") for name in "abcde"]
    assert [pattern for pattern, _ in merged(lines)] == ["job <any> has failed", "job <any> has finished"]


def test_lengths_and_first_words_part():
    lines = ["a b c", "a b", "x b c", "", " ", "<*> b c"]
    assert [members for _, members in merged(lines)] == [[0], [1], [2], [3], [4], [5]]


def test_nothing_is_lost_or_doubled_and_the_order_is_that_of_the_first():
    lines = [f"w{n % 7} is {n} of k{n % 5} {'x' * (n % 3)}".replace(str(n), "<*>") for n in range(500)]
    lines = list(dict.fromkeys(lines))
    groups = merged(lines)
    assert sorted(member for _, members in groups for member in members) == list(range(len(lines)))
    assert [members[0] for _, members in groups] == sorted(members[0] for _, members in groups)


def test_two_thousand_unlike_templates_stay_apart():
    lines = [f"start {' '.join(f'{n}{place}' for place in range(20))}" for n in range(2000)]
    assert len(merged(lines)) == 2000
