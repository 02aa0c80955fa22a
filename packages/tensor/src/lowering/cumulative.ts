import type { Lowerings } from './rule.ts'

export const cumulativeLowerings: Lowerings = {
  cumsum: { kind: 'whole' },
  cumprod: { kind: 'whole' },
}
