/** The field of the axes over which the overlap of two masks is summed. */
export const overlapAxis = {
  /** The axes over which the overlap is summed; by default all, the batch too, which gives one loss for the batch. */
  axis: { type: ['integer', 'numbers'] },
} as const
