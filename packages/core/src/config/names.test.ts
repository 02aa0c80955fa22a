import { describe, expect, it } from 'vitest'
import { normalizeName, snakeCase, suggest } from './names.ts'

describe('snakeCase', () => {
  // the results of keras.src.utils.naming.to_snake_case for these class names
  it.each([
    ['Dense', 'dense'],
    ['Conv2D', 'conv2d'],
    ['Conv2DTranspose', 'conv2d_transpose'],
    ['DepthwiseConv2D', 'depthwise_conv2d'],
    ['SeparableConv1D', 'separable_conv1d'],
    ['MaxPooling2D', 'max_pooling2d'],
    ['GlobalAveragePooling3D', 'global_average_pooling3d'],
    ['ZeroPadding2D', 'zero_padding2d'],
    ['UpSampling2D', 'up_sampling2d'],
    ['LSTM', 'lstm'],
    ['GRU', 'gru'],
    ['SimpleRNN', 'simple_rnn'],
    ['RNN', 'rnn'],
    ['ConvLSTM2D', 'conv_lstm2d'],
    ['BatchNormalization', 'batch_normalization'],
    ['InputLayer', 'input_layer'],
    ['PReLU', 'p_re_lu'],
    ['ReLU', 're_lu'],
    ['LeakyReLU', 'leaky_re_lu'],
    ['ELU', 'elu'],
    ['MultiHeadAttention', 'multi_head_attention'],
    ['SpatialDropout1D', 'spatial_dropout1d'],
    ['RMSprop', 'rm_sprop'],
    ['SGD', 'sgd'],
    ['AdamW', 'adam_w'],
    ['MeanSquaredError', 'mean_squared_error'],
    ['KLDivergence', 'kl_divergence'],
    ['R2Score', 'r2_score'],
    ['AUC', 'auc'],
  ])('%s is %s', (name, expected) => {
    expect(snakeCase(name)).toBe(expected)
  })

  it('leaves the namespace out', () => {
    expect(snakeCase('acme/RmsNorm')).toBe('rms_norm')
  })
})

describe('names in data', () => {
  it('are equal in every spelling', () => {
    const spellings = ['mean_squared_error', 'meanSquaredError', 'MeanSquaredError', 'mean-squared-error']
    expect(new Set(spellings.map(normalizeName)).size).toBe(1)
    expect(normalizeName('acme/Rms_Norm')).toBe('acme/rmsnorm')
  })

  it('are suggested when they are near', () => {
    expect(suggest('rleu', ['relu', 'elu'])).toBe(" Did you mean 'relu'? (known: relu, elu)")
    expect(suggest('mean_sqared_eror', ['MeanAbsoluteError', 'MeanSquaredError'])).toContain("'MeanSquaredError'")
    expect(suggest('aeg', ['age'])).toContain("'age'")
    expect(suggest('auc', ['Sum', 'Mean'])).toBe(' (known: Sum, Mean)')
    expect(suggest('msee', ['MeanSquaredError'], ['mse'])).toBe(" Did you mean 'mse'? (known: MeanSquaredError)")
    expect(suggest('banana', ['relu', 'elu'])).toBe(' (known: relu, elu)')
    expect(suggest('', ['L1', 'L2'])).toBe(' (known: L1, L2)')
    expect(suggest('x', ['L1'])).toBe(' (known: L1)')
    expect(suggest('x', [])).toBe(' (none is known)')
  })
})
