package dev.streamgrad.records;

import dev.streamgrad.json.Json;
import dev.streamgrad.records.BadRecordException.Reason;
import java.nio.charset.CharacterCodingException;

/** A model's name, which is its records' key. */
public final class ModelName {
    /** The longest name, in bytes of UTF-8. */
    public static final int LONGEST = 249;

    private ModelName() {}

    /**
     * The name in a record's key.
     *
     * @throws BadRecordException if the key is empty, too long, not UTF-8, or has a control character
     */
    public static String of(byte[] key) throws BadRecordException {
        if (key.length == 0 || key.length > LONGEST) {
            throw new BadRecordException(
                    Reason.KEY,
                    "key must be a model's name of 1 to " + LONGEST + " bytes; got " + key.length
                            + " bytes; name a model, such as xor");
        }
        String name;
        try {
            name = Json.utf8(key);
        } catch (CharacterCodingException e) {
            throw new BadRecordException(
                    Reason.KEY, "key must be UTF-8; got other bytes; name a model in UTF-8, such as xor");
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw new BadRecordException(
                    Reason.KEY,
                    "key must be printable; got " + BadRecordException.shown(name)
                            + " with a control character; name a model, such as xor");
        }
        return name;
    }
}
