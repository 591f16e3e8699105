"""The full-text index over the light stems in `searchable`; what it is made of begins with `searched`.

SQLite: an FTS5 table that keeps no text of its own, brought up to date by triggers. PostgreSQL: a generated column with
a GIN index. Both split words at spaces and do nothing else to them. Articles that are stored already are indexed.
"""

from alembic import op

from syndicator.store.search import index_all

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE VIRTUAL TABLE searched USING fts5(
        stems, content='searchable', content_rowid='place',
        tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mc Mn'"
    )""",
    """CREATE TRIGGER searched_insert AFTER INSERT ON searchable BEGIN
        INSERT INTO searched(rowid, stems) VALUES (new.place, new.stems);
    END""",
    """CREATE TRIGGER searched_delete AFTER DELETE ON searchable BEGIN
        INSERT INTO searched(searched, rowid, stems) VALUES ('delete', old.place, old.stems);
    END""",
    """CREATE TRIGGER searched_update AFTER UPDATE ON searchable BEGIN
        INSERT INTO searched(searched, rowid, stems) VALUES ('delete', old.place, old.stems);
        INSERT INTO searched(rowid, stems) VALUES (new.place, new.stems);
    END""",
)
POSTGRESQL = (
    """ALTER TABLE searchable ADD COLUMN searched tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', stems)) STORED""",
    "CREATE INDEX searched_words ON searchable USING gin (searched)",
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    index_all(connection)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER searched_{name}")
        op.execute("DROP TABLE searched")
    else:
        op.execute("ALTER TABLE searchable DROP COLUMN searched")
