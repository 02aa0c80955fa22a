import { type BaseLayer, batchSize, callOf, Input, inferCall, type Structure, standIn, unknownSize } from '@gradus/core'
import type { SymbolicTensor } from '@gradus/tensor'
import { type DataShapes, type Form, formOf, inForm, listIn, namesIn, type Port, type Ports } from '../input/index.ts'
import type { Network } from '../network/index.ts'

/** The inputs and outputs of a functional model. */
export function networkPorts(network: Network, inputForm: Form, outputForm: Form): Ports {
  const { inputs, outputs, front } = network
  const nameOf = (tensor: SymbolicTensor) => network.nameOf(callOf(tensor).layer)
  const inputNames = namesIn(inputForm, (position) => nameOf(inputs[position]!))
  const outputNames = namesIn(outputForm, (position) => nameOf(outputs[position]!))
  const ports = inputs.map(({ shape, dtype }, index): Port => {
    const { layer } = callOf(inputs[index]!)
    return { name: inputNames[index]!, shape, dtype, maxLength: layer instanceof Input ? layer.maxLength : undefined }
  })
  const paddedInput = (size: unknown) =>
    inputs.findIndex(({ sizes }, index) => ports[index]!.maxLength !== undefined && sizes[1] === size)
  return {
    inputs: ports,
    outputs: outputs.map(({ shape, dtype, sizes }, index): Port => {
      const follows = paddedInput(sizes[1])
      return { name: outputNames[index]!, shape, dtype, follows: follows < 0 ? undefined : follows }
    }),
    inputForm: front.empty ? inputForm : Array.from({ length: front.size }, (_, index) => index),
    outputForm,
    givenForm: inputForm,
    ...(!front.empty && { prepare: (given) => front.prepare(given), callOptions: { prepared: true } }),
  }
}

/**
 * The inputs and outputs of a subclassed model for data of these shapes. `prepared` are the inputs after the host layers; outputs
 * are inferred if `infersOutputs`, and are otherwise like the targets.
 */
export function subclassPorts(model: BaseLayer, data: DataShapes, prepared: unknown, infersOutputs: boolean): Ports {
  const given = formOf(data.x, isShaped)
  // any size: the code of the model checks its inputs
  const inputs = listIn<Shaped>(given, data.x)
    .map(portsNamed(given, 'input'))
    .map((port) => ({ ...port, shape: port.shape.map(() => null) }))
  const hasHostLayers = prepared !== data.x
  const form = hasHostLayers ? formOf(prepared, isShaped) : given
  return {
    inputs,
    inputForm: form,
    ...(infersOutputs ? inferredOutputs(model, prepared, form) : targetPorts(data.y)),
    ...(hasHostLayers && {
      prepare: (values) => listIn(form, model.prepare(inForm(given, values) as Parameters<BaseLayer['prepare']>[0])),
    }),
  }
}

function inferredOutputs(model: BaseLayer, x: unknown, form: Form): Pick<Ports, 'outputs' | 'outputForm'> {
  const standIns = listIn<Shaped>(form, x).map(({ shape, dtype }) =>
    standIn([batchSize, ...shape.slice(1).map((d) => d ?? unknownSize())], dtype),
  )
  const { outputs, structure } = inferCall(model, inForm(form, standIns) as Structure<SymbolicTensor>)
  const outputForm = formOf(structure, isShaped)
  const shaped = outputs.map(({ sizes, dtype }) => ({
    shape: sizes.map((d) => (typeof d === 'number' ? d : null)),
    dtype,
  }))
  return { outputs: shaped.map(portsNamed(outputForm, 'output')), outputForm }
}

function targetPorts(y: unknown): Pick<Ports, 'outputs' | 'outputForm'> {
  if (y === undefined) return { outputs: [], outputForm: [] }
  const outputForm = formOf(y, isShaped)
  return { outputs: listIn<Shaped>(outputForm, y).map(portsNamed(outputForm, 'output')), outputForm }
}

interface Shaped {
  readonly shape: readonly (number | null)[]
  readonly dtype: Port['dtype']
}

function isShaped(value: unknown): value is Shaped {
  return value !== null && typeof value === 'object' && 'shape' in value && 'dtype' in value
}

function portsNamed(form: Form, stem: string): (shaped: Shaped, index: number) => Port {
  const names = namesIn(form, (position) => (typeof form === 'number' ? stem : `${stem}_${position}`))
  return ({ shape, dtype }, index) => ({ name: names[index]!, shape: [null, ...shape.slice(1)], dtype })
}
