interface Navigator {
  readonly userAgent: string
  readonly gpu?: GPU
}

/** The navigator of a page; in Node that of Dawn, if it was loaded. */
export const navigatorHere = () => (globalThis as { navigator?: Navigator }).navigator

/** A description of the graphics adapter of WebGPU; empty without WebGPU. */
export async function aboutGpu(): Promise<string> {
  const gpu = navigatorHere()?.gpu
  if (!gpu) return ''
  const adapter = await gpu.requestAdapter()
  if (!adapter) return 'no graphics adapter'
  const { vendor, architecture, description } = adapter.info
  return [vendor, architecture, description].filter(Boolean).join(' ')
}
