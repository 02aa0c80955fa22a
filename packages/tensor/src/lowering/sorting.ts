import type { Lowerings } from './rule.ts'

export const sortingLowerings: Lowerings = {
  argsort: { kind: 'opaque' },
}
