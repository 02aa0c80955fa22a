import type { SymbolicShape } from '@gradus/tensor'

/** The names that stand for the loss or metric that fits the shapes, and how the types they stand for end. */
const byShape: Readonly<Record<string, string>> = {
  accuracy: 'Accuracy',
  acc: 'Accuracy',
  crossentropy: 'Crossentropy',
  ce: 'Crossentropy',
}

/**
 * The type that a name means for a target and an output of these shapes (batch first): `accuracy` may be `BinaryAccuracy`,
 * `CategoricalAccuracy` or `SparseCategoricalAccuracy`. Any other name means itself. Keras: `get_metric`, `get_loss`.
 */
export function nameByShape(
  kind: 'loss' | 'metric',
  name: string,
  target: SymbolicShape,
  output: SymbolicShape,
): string {
  const ending = byShape[name.toLowerCase()]
  if (ending === undefined || (kind === 'loss' && ending === 'Accuracy')) return name
  return outcomeOf(target, output) + ending
}

// one number out: yes or no; targets without the axis of classes: class numbers; otherwise one-hot
function outcomeOf(target: SymbolicShape, output: SymbolicShape): 'Binary' | 'SparseCategorical' | 'Categorical' {
  const classes = output.at(-1)
  if (classes === 1) return 'Binary'
  const column = target.at(-1) === 1 && classes !== null && classes !== undefined && classes > 1
  return target.length < output.length || column ? 'SparseCategorical' : 'Categorical'
}
