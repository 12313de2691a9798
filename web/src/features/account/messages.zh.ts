export default {
  'signIn.title': '登录',
  'signIn.empty': '这里还没有内容',
  'account.title': '账户',
  'account.empty': '这里还没有内容',
} as const
