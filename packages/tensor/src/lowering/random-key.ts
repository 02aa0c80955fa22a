import type { ElementFunction, ElementRule, ElementTools, Lowerings } from './rule.ts'

/** Threefry-2x32-20 of `[key 0, key 1, counter 0, counter 1]`: the XOR of both output words, the first, the second. */
const threefryBits: ElementFunction = { name: 'threefryBits', cost: 100 }
const threefryHigh: ElementFunction = { name: 'threefryHigh', cost: 100 }
const threefryLow: ElementFunction = { name: 'threefryLow', cost: 100 }

const randomBits: ElementRule = {
  kind: 'element',
  element({ aval }, at, tools) {
    const { index, make } = tools
    const counter = make.coordinate('uint32', index.ravel(at, aval.shape))
    return make.apply('uint32', threefryBits, [...keyOf(tools), make.constant('uint32', 0), counter])
  },
}

const foldIn: ElementRule = {
  kind: 'element',
  element(_, at, tools) {
    const { make, read } = tools
    const inputs = [...keyOf(tools), make.constant('uint32', 0), read(1, [])]
    const word = (fn: ElementFunction) => make.apply('uint32', fn, inputs)
    return make.choice([{ index: at[0]!, low: 0, high: 1 }], () => word(threefryHigh), word(threefryLow))
  },
}

function keyOf<I, E>({ index, read }: ElementTools<I, E>): E[] {
  return [read(0, [index.constant(0)]), read(0, [index.constant(1)])]
}

export const randomKeyLowerings: Lowerings = { randomBits, foldIn }
