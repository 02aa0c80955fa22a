/** The field of the axes along which correlations are computed. */
export const correlationFields = {
  /** The axis, or axes, along which values are correlated. */
  axis: { type: ['integer', 'numbers'], default: -1 },
} as const
