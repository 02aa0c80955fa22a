import { unsigned } from './code.ts'

/** The immediates of a load or store: its alignment as a power of two (a hint), and a constant offset to the address. */
export function memarg(align: number, offset: number): number[] {
  return [align, ...unsigned(offset)]
}
