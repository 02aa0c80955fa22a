import { MeanSquaredError, SparseCategoricalCrossentropy } from 'gradus/losses'
import type { ArticleSpec, StepSpec, TinySpec } from '../../shared/spec.ts'
import { type Network, prepared } from './fit-task.ts'
import { articleNetwork, cnnNetwork, lstmNetwork, mlpNetwork, tinyNetwork } from './networks.ts'
import { transformerNetwork } from './transformer.ts'

/** The model of a workload, compiled, with its initial weights. */
export function modelFor(spec: ArticleSpec | StepSpec | TinySpec): Promise<Network> {
  const logits = { loss: new SparseCategoricalCrossentropy({ fromLogits: true }) }
  const distance = { loss: new MeanSquaredError() }
  switch (spec.kind) {
    case 'article':
      return prepared(articleNetwork(spec), spec, { loss: new SparseCategoricalCrossentropy(), metrics: ['accuracy'] })
    case 'mlp':
      return prepared(mlpNetwork(spec), spec, logits)
    case 'cnn':
      return prepared(cnnNetwork(spec), spec, logits)
    case 'lstm':
      return prepared(lstmNetwork(spec), spec, distance)
    case 'transformer':
      return prepared(transformerNetwork(spec), spec, logits)
    case 'tiny':
      return prepared(tinyNetwork(), spec, distance)
  }
}
