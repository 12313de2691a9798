export default {
  'title.desk': '工作台',
  'title.deskStaff': '成员',
  'title.deskScorecard': '本企业成绩',
  'title.board': '看板',
  'title.boardCase': '案件',
  'title.decision': '文书',
  'title.applications': '入驻申请',
  'title.enterprises': '入驻企业',
  'title.statistics': '统计',
  'title.admin': '管理',
  'title.setup': '初次设置',
  'title.demo': '演示',
  'title.demoOutbox': '演示短信与邮件',

  'nav.scorecard': '成绩',
  'nav.enterprises': '入驻企业',

  'notFound.code': '404',
  'notFound.text': '地址可能有误，或者内容已被移走。您的纠纷和资料都还在。',
  'notFound.home': '回到首页',

  'noRights.text': '您现在以“{name}”的身份登录，这个页面属于其他岗位。',
  'noRights.home': '回到我的页面',
  'noRights.account': '换一个账户',
} as const
