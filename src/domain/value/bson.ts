/**
 * The BSON types that JSON lacks, as plain immutable classes. Stored documents of the portable databases
 * never hold them; expressions make them (`$toObjectId`, `$toDouble`…) and MongoDB's own documents may.
 */
export type BsonValue = ObjectIdValue | TypedNumber | RegexValue | OpaqueValue;

/** An ObjectId by its 24 lower-case hex digits. */
export class ObjectIdValue {
  readonly kind = 'objectId';
  readonly hex: string;
  constructor(hex: string) {
    this.hex = hex;
  }
}

/**
 * A number whose BSON type differs from the one that its value suggests. A plain JavaScript number reads as
 * int (integer within 32 bits), long (safe integer) or double (anything else); `{$toDouble: 5}` needs this.
 * `text` carries what a double cannot: all digits of a decimal or of a long beyond 2^53.
 */
export class TypedNumber {
  readonly kind = 'number';
  readonly type: 'int' | 'long' | 'double' | 'decimal';
  readonly value: number;
  readonly text: string;
  constructor(type: TypedNumber['type'], value: number, text: string = String(value)) {
    this.type = type;
    this.value = value;
    this.text = text;
  }
}

/** A regular expression as a value: `$in: [/^a/]`, `$regexMatch: {regex: /a/}`. */
export class RegexValue {
  readonly kind = 'regex';
  readonly pattern: string;
  readonly flags: string;
  constructor(pattern: string, flags: string) {
    this.pattern = pattern;
    this.flags = flags;
  }
}

/** A BSON value that is only carried through (Binary, Timestamp, MinKey…), as its Extended JSON v2. */
export class OpaqueValue {
  readonly kind = 'opaque';
  readonly type:
    | 'binData'
    | 'timestamp'
    | 'minKey'
    | 'maxKey'
    | 'undefined'
    | 'javascript'
    | 'javascriptWithScope'
    | 'dbPointer'
    | 'symbol';
  /** https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md */
  readonly extendedJson: string;
  constructor(type: OpaqueValue['type'], extendedJson: string) {
    this.type = type;
    this.extendedJson = extendedJson;
  }
}
