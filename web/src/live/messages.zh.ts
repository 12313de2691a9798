export default {
  reconnecting: '正在重新连接… 您的输入不会丢失。',
  reconnectingIn: { other: '连接断开，{n} 秒后重试。您的输入不会丢失。' },
  polling: '网络限制了实时连接，消息每几秒更新一次。',
  streaming: '网络限制了部分实时功能。本页消息即时更新，列表每几秒更新一次。',
  late: '对方的消息会晚几秒显示，暂时看不到还有谁在线。',
  offline: '没有网络。联网后自动继续，您的输入不会丢失。',
  ended: '连接已结束，请刷新页面。',
  tryNow: '立即重试',
  reload: '刷新',
  missedBoth: '您错过了 {messages} 条消息和 {offers} 个方案',
  missedMessages: { other: '您错过了 {n} 条消息' },
  missedOffers: { other: '您错过了 {n} 个方案' },
} as const
