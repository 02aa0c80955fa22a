import { ifElse, Steps, type V128, v128 } from '../assembler/index.ts'

/** `rare` if a bit of `mask` is set, else `usual`: what hardly ever happens costs one jump that is hardly ever taken. */
export function ifAny(
  { locals }: Steps,
  mask: V128,
  rare: (steps: Steps) => V128,
  usual: (steps: Steps) => V128,
): V128 {
  const branch = (code: (steps: Steps) => V128): V128 => {
    const steps = new Steps(locals)
    return steps.end(code(steps))
  }
  return ifElse(v128.anyTrue(mask), branch(rare), branch(usual))
}
