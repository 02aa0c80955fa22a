import type { Lowerings } from './rule.ts'

export const scanLowerings: Lowerings = {
  scan: { kind: 'opaque' },
}
