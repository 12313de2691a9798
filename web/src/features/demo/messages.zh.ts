export default {
  'demo.title': '演示',
  'demo.empty': '这里还没有内容',
  'outbox.title': '演示短信与邮件',
  'outbox.empty': '这里还没有内容',
} as const
