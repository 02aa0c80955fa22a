import { ifElse, Temporaries, type V128, v128 } from '../assembler/index.ts'

/** `rare` if a bit of `mask` is set, else `usual`. The usual case costs one branch that is not taken. */
export function ifAny(
  { locals }: Temporaries,
  mask: V128,
  rare: (temps: Temporaries) => V128,
  usual: (temps: Temporaries) => V128,
): V128 {
  const branch = (code: (temps: Temporaries) => V128): V128 => {
    const temps = new Temporaries(locals)
    return temps.end(code(temps))
  }
  return ifElse(v128.anyTrue(mask), branch(rare), branch(usual))
}
