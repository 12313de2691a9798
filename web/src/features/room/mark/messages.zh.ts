export default {
  short: '暂',
} as const
