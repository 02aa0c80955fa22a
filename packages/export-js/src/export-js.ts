import { ConfigError } from '@gradus/core'
import { simplify } from '@gradus/graph'
import { foldConstants } from './fold-constants.ts'
import { graphCode, opsOf } from './graph-code.ts'
import { inferenceGraph } from './inference-graph.ts'
import type { InferenceGraphOptions, InferenceModel, Port } from './inference-model.ts'
import { tableOf } from './table/table-spec.ts'

/** Options of `exportJs`. */
export interface ExportJsOptions extends InferenceGraphOptions {
  /** `esm`: a module that exports `predict`. `iife`: a script that defines a variable with `predict` (default `esm`). */
  readonly format?: 'esm' | 'iife'
  /** The name of that variable (default `model`). */
  readonly name?: string
  /**
   * Whether the file also has `predictRows`, which takes objects by the names of columns, for a model that was saved with a table (default
   * true).
   */
  readonly table?: boolean
}

/** A file of JavaScript that predicts. */
export interface ExportedJs {
  readonly code: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** The names of the primitives that it computes. */
  readonly ops: readonly string[]
  /** The columns that `predictRows` takes; null without it. */
  readonly columns: readonly string[] | null
}

/**
 * Writes a model as one file of JavaScript without dependencies: `predict(rows)` takes a list of samples and returns a list of outputs.
 * A sample is a nested or flat list of numbers; of several inputs, an object by their names. It predicts the same numbers as the model, up to
 * the rounding of float32. Throws `ConfigError` for models that `inferenceGraph` refuses, for ops that have no code in JavaScript,
 * and for a name that is no identifier.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { exportJs } from '@gradus/export-js'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * import { useBackend } from '@gradus/tensor'
 * await useBackend(cpu())
 * const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [3] })])
 * const { code } = await exportJs(model)
 * const { predict } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
 * predict([[1, 2, 3], [0, 0, 1]]) // => [[6], [1]]
 */
export async function exportJs(model: InferenceModel, options: ExportJsOptions = {}): Promise<ExportedJs> {
  const { format = 'esm', name = 'model' } = options
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) {
    throw new ConfigError(
      `'${name}' is no name for a variable of JavaScript. Use letters, digits and _, such as 'model'.`,
    )
  }
  const { graph, inputs, outputs } = inferenceGraph(model, options)
  const folded = simplify(foldConstants(graph))
  const table = model.table && options.table !== false ? tableOf(model.table) : undefined
  const body = await graphCode(folded, inputs, outputs, table)
  const names = table ? 'predict, predictRows' : 'predict'
  const usage = `// ${describe(inputs)} -> ${describe(outputs)}. Written by Gradus.`
  const code =
    format === 'esm'
      ? `${usage}\n${body}\nexport { ${names} }\n`
      : `${usage}\nvar ${name}=(()=>{\n${body}\nreturn{${names}}})()\nif(typeof module==='object')module.exports=${name}\n`
  return { code, inputs, outputs, ops: opsOf(folded), columns: table?.inputs.map(({ name: column }) => column) ?? null }
}

function describe(ports: readonly Port[]): string {
  return ports
    .map(({ name, shape }) => `${name} [${shape.join(', ')}]`)
    .join(', ')
    .replace(/[\r\n\u2028\u2029<]/g, ' ')
}
