/** The loss of a target: that of all, or, of losses by output, the one with its name. */
export function lossFor(loss: unknown, target: string): unknown {
  return isByOutput(loss) ? loss[target] : loss
}

/** Whether a loss of a config is one for each output of the model, by its name. */
export function isByOutput(loss: unknown): loss is Readonly<Record<string, unknown>> {
  return typeof loss === 'object' && loss !== null && !('loss' in loss)
}
