import { jsonText, keyText, numberText } from '../code.ts'
import type { Helper } from '../helper.ts'
import type { UsedHelpers } from '../helpers.ts'
import type { Port } from '../inference-model.ts'
import type { TableTarget } from './table-spec.ts'

/** The class of outputs; `l`: they are logits. */
const classOf: Helper = {
  name: 'cl',
  source:
    'const cl=(o,n,l)=>{let p=o;if(o.length===1){const s=l?1/(1+Math.exp(-o[0])):o[0];p=[1-s,s]}else if(l){const m=Math.max(...o),e=o.map(x=>Math.exp(x-m)),t=e.reduce((a,b)=>a+b,0);p=e.map(x=>x/t)}' +
    'const b=p.indexOf(Math.max(...p));return{value:n[b]??n[0],probabilities:Object.fromEntries(n.map((x,i)=>[x,p[i]]))}}',
}

/** Statements that return the predictions of a row from the outputs `y`. */
export function decodeCode(targets: readonly TableTarget[], outputs: readonly Port[], helpers: UsedHelpers): string {
  const isShared = outputs.length !== targets.length
  const flat = (index: number) =>
    outputs.length === 1 ? '[y].flat(1/0)' : `[y[${jsonText(outputs[index]!.name)}]].flat(1/0)`
  let shared = 0
  const parts = targets.map((target, index) => {
    const units = target.task === 'regression' || target.classes!.length === 2 ? 1 : target.classes!.length
    const from = isShared ? `${flat(0)}.slice(${shared},${shared + units})` : flat(index)
    shared += units
    const key = keyText(target.name)
    if (target.task === 'regression') {
      return `${key}:{value:${from}[0]*${numberText(target.span!)}+(${numberText(target.offset!)})}`
    }
    const names = jsonText(target.names ?? target.classes)
    return `${key}:${helpers.use(classOf)}(${from},${names},${target.fromLogits === true})`
  })
  return `return{${parts.join()}}`
}
