export default {
  'enterpriseStatus.pending': '审核中',
  'enterpriseStatus.enrolled': '已入驻',
  'enterpriseStatus.suspended': '暂停接收新纠纷',
  'enterpriseStatus.removed': '已被移出',
  'enterpriseStatus.left': '已退出',

  'schemeGround.conditions_not_met': '不符合入驻条件',
  'schemeGround.no_answers': '多次不按时答复',
  'schemeGround.personal_data_leak': '泄露个人信息',
  'schemeGround.false_results': '虚报和解结果',
  'schemeGround.serious_violator': '列入严重违法失信名单',
  'schemeGround.licence_ended': '营业执照失效',
  'schemeGround.other': '其他原因',
} as const
