/** ln 2 in two parts. The first has 15 bits, so that its product with an integer of up to 9 bits is exact. */
export const ln2High = 0.693145751953125
export const ln2Low = 1.4286068203094172e-6
