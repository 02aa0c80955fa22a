import { tensorFrom } from './own-methods.ts'

type Any = (...args: unknown[]) => unknown

/** Makes instances of the functions that options of these kinds may be, by kind. */
export const functionKinds: Readonly<Record<string, (given: Any) => object>> = {
  initializer: (given) => ({
    ...named('initializer', given),
    make: (key: unknown, shape: unknown, dtype: unknown) => tensorFrom(nameOf(given), given(shape, dtype, key)),
  }),
  regularizer: (given) => ({
    ...named('regularizer', given),
    loss: (x: unknown) => tensorFrom(nameOf(given), given(x)),
  }),
  constraint: (given) => ({
    ...named('constraint', given),
    project: (x: unknown) => tensorFrom(nameOf(given), given(x)),
  }),
}

function named(kind: string, given: Any): object {
  return { kind, type: nameOf(given), config: {} }
}

function nameOf({ name }: Any): string {
  return name || 'function'
}
