import { unsigned } from './code.ts'

/** The immediates of a load or store: the power of two it is aligned to (a hint), and what is added to the address. */
export function memarg(align: number, offset: number): number[] {
  return [align, ...unsigned(offset)]
}
