import type { SymbolicShape } from '@gradus/tensor'

/** Names for the loss or metric that fits the shapes, with the last part of its type. */
const byShape: Readonly<Record<string, string>> = {
  accuracy: 'Accuracy',
  acc: 'Accuracy',
  crossentropy: 'Crossentropy',
  ce: 'Crossentropy',
}

/**
 * Returns the type that a name stands for, given the shapes of target and output (batch first): `accuracy` may be
 * `BinaryAccuracy`, `CategoricalAccuracy` or `SparseCategoricalAccuracy`. Other names are returned as they are. Keras:
 * `get_metric`, `get_loss`.
 */
export function nameByShape(
  kind: 'loss' | 'metric',
  name: string,
  target: SymbolicShape,
  output: SymbolicShape,
): string {
  if (!isNameByShape(kind, name)) return name
  return targetKind(target, output) + byShape[name.toLowerCase()]!
}

/** Whether a name stands for one of several types, by the shapes. */
export function isNameByShape(kind: 'loss' | 'metric', name: string): boolean {
  const ending = byShape[name.toLowerCase()]
  return ending !== undefined && (kind === 'metric' || ending !== 'Accuracy')
}

// one output: binary; targets without the class axis: class numbers; otherwise one-hot
function targetKind(target: SymbolicShape, output: SymbolicShape): 'Binary' | 'SparseCategorical' | 'Categorical' {
  const classes = output.at(-1)
  if (classes === 1) return 'Binary'
  const column = target.at(-1) === 1 && classes !== null && classes !== undefined && classes > 1
  return target.length < output.length || column ? 'SparseCategorical' : 'Categorical'
}
