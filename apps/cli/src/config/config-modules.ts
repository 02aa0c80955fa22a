/** Modules by the specifier under which a config imports them. */
type Modules = Readonly<Record<string, object>>

/**
 * The modules that a config may import from this program. They are shared, so that instances in a config are of the classes that
 * this program knows, and a config needs no packages beside it.
 */
export async function loadConfigModules(): Promise<Modules> {
  return {
    gradus: await import('gradus'),
    'gradus/activations': await import('gradus/activations'),
    'gradus/applications': await import('gradus/applications'),
    'gradus/callbacks': await import('gradus/callbacks'),
    'gradus/constraints': await import('gradus/constraints'),
    'gradus/data': await import('gradus/data'),
    'gradus/datasets': await import('gradus/datasets'),
    'gradus/initializers': await import('gradus/initializers'),
    'gradus/io': await import('gradus/io'),
    'gradus/layers': await import('gradus/layers'),
    'gradus/losses': await import('gradus/losses'),
    'gradus/metrics': await import('gradus/metrics'),
    'gradus/ops': await import('gradus/ops'),
    'gradus/optimizers': await import('gradus/optimizers'),
    'gradus/regularizers': await import('gradus/regularizers'),
    'gradus/schedules': await import('gradus/schedules'),
    'gradus/tables': await import('gradus/tables'),
    'gradus/utils': await import('gradus/utils'),
    '@gradus/core': await import('@gradus/core'),
    '@gradus/tensor': await import('@gradus/tensor'),
    '@gradus/tensor/internals': await import('@gradus/tensor/internals'),
    '@gradus/tensor/ops': await import('@gradus/tensor/ops'),
  }
}
