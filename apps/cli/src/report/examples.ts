import { encodeImg } from 'gradus'
import { type ShownColumn, showColumns } from 'gradus/tables'
import { shortNumber, valueText } from '../text/numbers.ts'
import { escaped } from './charts/svg.ts'
import type { Examination, ExaminedOutput, ExaminedTarget } from './examine.ts'
import { type ImageSize, imageSizeOf } from './image-size.ts'
import type { Section } from './page.ts'
import { titleFor } from './predictions.ts'
import type { RunRecord } from './read-run.ts'

/** The most columns of inputs in the table of examples. */
const maxColumns = 12

/** The most samples in the table of examples. */
const maxExamples = 20

/** For each output of the model the samples with the highest losses, with their inputs. */
export async function exampleSections({ config }: RunRecord, examination: Examination): Promise<Section[]> {
  const { samples, outputs } = examination
  const inputs = inputsOf(examination, config.model)
  const columns = inputs.flatMap(({ columns }) => columns)
  const rest = columns.length > maxColumns ? ` The first ${maxColumns} of ${columns.length} inputs are shown.` : ''
  const lead = `Of ${samples.name}; numbers count these samples from 1.${rest}`
  const all = outputs.flatMap(({ targets }) => targets)
  const sections: Section[] = []
  for (const output of outputs) {
    const worst = worstOf(output)
    if (worst.length === 0) continue
    const head = [
      'sample',
      ...inputs.flatMap(({ name, size }) => (size ? [inputs.length === 1 ? 'input' : name] : [])),
      ...output.targets.flatMap(({ name }) =>
        all.length === 1 ? ['truth', 'prediction'] : [name, `${name} (predicted)`],
      ),
      'loss',
      ...columns.slice(0, maxColumns).map(({ name }) => name),
    ]
    const rows: string[] = []
    for (const { index, loss } of worst) {
      const pictures: string[] = []
      for (const { size, numbers } of inputs) if (size) pictures.push(await image(numbers(index), size, index + 1))
      const texts = [
        ...output.targets.flatMap((target) => [truthOf(target, index), predictionOf(target, index)]),
        shortNumber(loss),
        ...columns.slice(0, maxColumns).map((column) => column.show(index)),
      ]
      rows.push(
        `<tr>${[String(index + 1), ...pictures, ...texts.map(escaped)].map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
      )
    }
    const heads = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')
    sections.push({
      title: titleFor(
        'Samples with the highest losses',
        output.targets[0]!,
        outputs.length === 1 ? output.targets.slice(0, 1) : all,
      ),
      body:
        `<p class="soft">${escaped(lead)}</p>` +
        `<div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    })
  }
  return sections
}

function worstOf({ losses = [] }: ExaminedOutput): { readonly index: number; readonly loss: number }[] {
  const order = losses.map((loss, index) => ({ loss, index })).filter(({ loss }) => !Number.isNaN(loss))
  return order.sort((a, b) => b.loss - a.loss || a.index - b.index).slice(0, maxExamples)
}

function truthOf(target: ExaminedTarget, index: number): string {
  const value = target.truth[index]!
  return target.task === 'regression' ? valueText(value) : (target.classes[value] ?? String(value))
}

function predictionOf(target: ExaminedTarget, index: number): string {
  const value = target.predicted[index]!
  if (target.task === 'regression') return valueText(value)
  const confidence = target.confidence && ` (${(100 * target.confidence[index]!).toFixed(1)} %)`
  return `${target.classes[value]}${confidence ?? ''}`
}

/** An input of the model as pictures, or as columns. */
interface ShownInput {
  readonly name: string
  readonly size: ImageSize | undefined
  readonly columns: readonly { readonly name: string; show(index: number): string }[]
  /** The numbers of a sample. */
  numbers(index: number): ArrayLike<number>
}

function inputsOf({ coder, samples }: Examination, model: unknown): ShownInput[] {
  return coder.inputs.map((input) => {
    const { data } = samples.x[input.name]!
    const width = data.length / Math.max(1, samples.count)
    const numbers = (index: number) => data.subarray(index * width, (index + 1) * width)
    const size = imageSizeOf(input.shape, coder.inputs.length === 1 ? model : undefined)
    const text =
      ({ show }: ShownColumn) =>
      (index: number) =>
        show(numbers(index)) ?? 'missing'
    const columns = size ? [] : showColumns(coder.spec, input)
    return {
      name: input.name,
      size,
      numbers,
      columns: columns.map((column) => ({ name: column.name, show: text(column) })),
    }
  })
}

/** The numbers of an input as an image; the smallest value is black, the largest white. */
async function image(values: ArrayLike<number>, { height, width, channels }: ImageSize, row: number): Promise<string> {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  const data = Uint8Array.from(values, (value) => (255 * (value - low)) / (high - low || 1))
  const png = Buffer.from(await encodeImg({ data, width, height, channels })).toString('base64')
  return `<img class="input" alt="the inputs of sample ${row}" src="data:image/png;base64,${png}">`
}
