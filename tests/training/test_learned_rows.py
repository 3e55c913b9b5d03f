from stance.training.learned_rows import count_learned, find_learned, salt_and_digest_rows

ROWS = ["The keeper refused the truce.", "Both lamps were lit.", "Talks resume on Thursday."]


def facts_of(rows):
    return {"learned_rows": salt_and_digest_rows(rows)}


def test_learned_rows_are_known_again_whatever_their_case_and_white_space():
    texts = ["The keeper\nrefused  the truce. ", "BOTH LAMPS WERE LIT.", "Talks resume on Friday."]
    assert find_learned(facts_of(ROWS), texts).tolist() == [True, True, False]
    assert count_learned(facts_of(ROWS), texts) == 2


def test_a_model_without_digests_has_learned_from_no_known_row():
    assert count_learned({"name": "ceasefire"}, ROWS) == 0


def test_the_record_follows_from_the_rows_and_not_from_their_order():
    assert salt_and_digest_rows(ROWS) == salt_and_digest_rows(ROWS[::-1] + ROWS)


def test_two_models_give_one_row_different_digests():
    first, second = salt_and_digest_rows(ROWS), salt_and_digest_rows(ROWS[:2])
    assert first["salt"] != second["salt"]
    assert not set(first["digests"]) & set(second["digests"])


def test_the_record_holds_no_text():
    assert "keeper" not in str(salt_and_digest_rows(ROWS))
    assert all(len(digest) == 16 for digest in salt_and_digest_rows(ROWS)["digests"])


def test_lone_surrogates_have_digests():
    assert count_learned(facts_of(["\udcff lamps"]), ["\udcff lamps"]) == 1


def test_rows_that_a_model_was_adapted_on_count_too():
    facts = facts_of(ROWS[:1]) | {"adapted": facts_of(ROWS[1:2])}
    assert find_learned(facts, ROWS).tolist() == [True, True, False]
