"""Alembic's way in: runs the steps on the connection that `upgrade` holds."""

from alembic import context

from syndicator.store.tables import in_metadata, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=in_metadata,
)
with context.begin_transaction():
    context.run_migrations()
