import type { Lowerings } from './rule.ts'

export const cumulativeLowerings: Lowerings = {
  cumsum: { kind: 'opaque' },
  cumprod: { kind: 'opaque' },
}
