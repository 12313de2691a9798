/** Handing on the page of an enterprise. */
export default {
  qr: '扫码查看这家企业的和解成绩，遇到问题可以直接发起',
  share: '分享',
  copy: '复制链接',
  print: '打印',
  title: '本页二维码',
} as const
