"""The offline cloud's memory."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from offline.provider.store import AlreadyExists, Row, Store, StoreError
from offline.provider.wire import Secret


def bucket(name: str, **inputs: object) -> Row:
    urn = f"urn:pulumi:dev::shop::aws:s3/bucket:Bucket::{name}"
    inputs = {"bucket": name, **inputs}
    return Row(
        type="aws:s3/bucket:Bucket", region="us-east-1", key=name, id=name, urn=urn, inputs=inputs, outputs=inputs
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cloud.sqlite3")


def test_what_was_created_is_there_for_another_process_too(store, tmp_path):
    store.create(bucket("files", tags={"team": "shop"}))
    again = Store(tmp_path / "cloud.sqlite3")
    assert again.one("Bucket", "files").inputs == {"bucket": "files", "tags": {"team": "shop"}}


def test_the_same_name_twice_is_refused_as_aws_refuses_it(store):
    store.create(bucket("files"))
    with pytest.raises(AlreadyExists, match="files already exists in us-east-1"):
        store.create(bucket("files"))


def test_a_name_is_free_in_another_region(store):
    store.create(bucket("files"))
    row = bucket("files")
    store.create(Row(type=row.type, region="eu-west-1", key=row.key, id=row.id, urn=row.urn))
    assert len(store.all("Bucket")) == 2


def test_a_secret_is_kept_as_a_fingerprint(store, tmp_path):
    store.create(bucket("files", token=Secret("hunter2")))
    store.close()
    assert b"hunter2" not in (tmp_path / "cloud.sqlite3").read_bytes()


def test_a_change_by_hand_shows_in_the_inputs_only_where_the_program_had_given_that_property(store):
    store.create(bucket("files", tags={"team": "shop"}))
    store.change("Bucket", "files", lambda properties: properties.update(tags={}, hostedZoneId="Z1"))
    row = store.one("Bucket", "files")
    assert row.inputs == {"bucket": "files", "tags": {}}
    assert row.outputs["hostedZoneId"] == "Z1"


def test_whoever_looks_at_all_of_it_again_and_again_sees_every_change_and_decodes_nothing_else(store, tmp_path):
    for name in ("files", "logs", "old"):
        store.create(bucket(name))
    first = store.standing()
    elsewhere = Store(tmp_path / "cloud.sqlite3")
    elsewhere.change("Bucket", "files", lambda properties: properties.update(tags={"team": "shop"}))
    elsewhere.delete("aws:s3/bucket:Bucket", "us-east-1", "old")
    elsewhere.create(bucket("new"))
    second = store.standing()
    assert second == store.all()
    assert [row.key for row in second] == ["files", "logs", "new"]
    assert second[0].outputs["tags"] == {"team": "shop"}
    assert second[1] is first[1]


def test_a_resource_that_is_not_there_is_named_with_what_is(store):
    store.create(bucket("files"))
    with pytest.raises(LookupError, match=r"0 resources Bucket 'fils' .*there are: files"):
        store.one("Bucket", "fils")


def test_sixteen_threads_lose_nothing(store):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda at: store.create(bucket(f"b{at:03}")), range(200)))
        list(pool.map(lambda at: store.delete("aws:s3/bucket:Bucket", "us-east-1", f"b{at:03}"), range(0, 200, 2)))
    assert [row.id for row in store.all()] == [f"b{at:03}" for at in range(1, 200, 2)]


def test_a_failed_transaction_leaves_everything_as_it_was(store):
    store.create(bucket("files"))

    def fails_half_way() -> None:
        with store.transaction():
            store.delete("aws:s3/bucket:Bucket", "us-east-1", "files")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert [row.id for row in store.all()] == ["files"]


def test_how_often_a_resource_was_made_survives_its_deletion(store):
    for _ in range(2):
        store.create(bucket("files"))
        store.delete("aws:s3/bucket:Bucket", "us-east-1", "files")
    assert store.creations(bucket("files").urn) == 2


def test_a_file_that_is_no_store_is_refused_with_a_way_out_and_left_alone(tmp_path):
    path = tmp_path / "cloud.sqlite3"
    path.write_text("this is not a database, and it is long enough to be looked at " * 20)
    with pytest.raises(StoreError, match=r"cannot be read .*delete the folder .* to start afresh"):
        Store(path)
    assert path.read_text().startswith("this is not")


def test_a_store_of_a_later_layout_is_refused(tmp_path):
    path = tmp_path / "cloud.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="layout 99"):
        Store(path)
