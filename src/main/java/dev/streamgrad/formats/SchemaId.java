package dev.streamgrad.formats;

import java.util.UUID;

/** What a record calls its schema: a number, or as Confluent's serializers can since version 8.0, a GUID. */
sealed interface SchemaId {
    /** Where the registry has it, after its address. */
    String path();

    /** A number, which one registry gives. */
    record Numeric(int id) implements SchemaId {
        @Override
        public String path() {
            return "/schemas/ids/" + id;
        }

        @Override
        public String toString() {
            return "schema id " + id;
        }
    }

    /** A GUID, which is the same in every registry. */
    record Guid(UUID guid) implements SchemaId {
        @Override
        public String path() {
            return "/schemas/guids/" + guid;
        }

        @Override
        public String toString() {
            return "schema GUID " + guid;
        }
    }
}
