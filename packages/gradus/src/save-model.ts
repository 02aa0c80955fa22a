import type { Model } from './model.ts'

/** Writes a model as `model.save` does. Keras: `keras.saving.save_model`. */
export function saveModel(model: Pick<Model, 'save'>, ...target: Parameters<Model['save']>): Promise<void> {
  return model.save(...target)
}
