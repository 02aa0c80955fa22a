/** The number of bits of a fraction. An integer shifted by it adds to the exponent of a single precision number. */
export const fractionBits = 23

/** The bits of 1. */
export const oneBits = 0x3f80_0000

/** The bits of the sign and the exponent. */
export const exponentMask = 0xff80_0000 | 0
