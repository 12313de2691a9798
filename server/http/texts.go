package http

import (
	"hejie/negotiation"
	"hejie/negotiation/workday"
	"hejie/server/app"
)

const (
	codeTooLarge         = app.CodeTooLarge
	codeUnsupportedMedia = app.CodeUnsupportedMedia
)

// text of a code for people who use the API without the browser app, which has its own. A title never changes; a detail says what is
// wrong and the mend, with parameters in braces. When one of them is missing, the detail is one of bare.
type text struct {
	status             int
	en, zh             string
	enDetail, zhDetail string
}

// texts of all codes of negotiation, app and this package, in both languages.
var texts = map[string]text{
	negotiation.CodeInternal:       {500, "Something went wrong here", "系统出错了", "It has been noted under the request id. Nothing is known to have changed.", "已按请求编号记录。没有已知的更改。"},
	negotiation.CodeUnavailable:    {503, "Not available at the moment", "暂时无法处理", "Try again in a moment. A command may have taken effect or not: sent again with the same id, it takes effect once.", "请稍后再试。命令可能已经生效，也可能没有：用同一命令编号重发，只会生效一次。"},
	negotiation.CodeNotFound:       {404, "Not found", "未找到", "It does not exist, or not for you.", "不存在，或您无权查看。"},
	negotiation.CodeSignInRequired: {401, "Sign in first", "请先登录", "Your session is missing or over. Sign in and send it again.", "没有登录或登录已失效，请登录后重试。"},
	negotiation.CodeNotAllowed:     {403, "Not allowed", "没有此项权限", "This is not yours to do. What you may do with a case stands in its may.", "这一步不由您来做。案件的 may 列出您可以做的事。"},

	negotiation.CodeMalformed:      {400, "Malformed", "格式有误", "Expected here: {expected}.", "此处应为：{expected}。"},
	negotiation.CodeUnknownField:   {422, "Unknown field", "未知字段", "There is no field {name}.", "没有字段 {name}。"},
	negotiation.CodeRepeatedField:  {422, "Repeated field", "字段重复", "The field {name} is there twice.", "字段 {name} 出现了两次。"},
	negotiation.CodeUnknownCommand: {422, "Unknown command", "未知命令", "There is no command {type}.", "没有命令 {type}。"},
	negotiation.CodeRequired:       {422, "Required", "必填", "It is missing or empty. Fill it in.", "缺少或为空，请补上。"},
	negotiation.CodeInvalid:        {422, "Invalid", "无效", "Allowed: {allowed}.", "允许：{allowed}。"},
	negotiation.CodeTooLong:        {422, "Too long", "太长", "At most {max} characters; these are {length}.", "最多 {max} 个字符，现有 {length} 个。"},
	negotiation.CodeOutOfRange:     {422, "Out of range", "超出范围", "From {min} to {max}.", "须在 {min} 至 {max} 之间。"},

	negotiation.CodeCommandIDReused:  {409, "Command id used before", "命令编号已用过", "The same id came with another body.", "同一编号此前用于另一内容。"},
	negotiation.CodeWrongPhase:       {409, "Not at this stage", "当前阶段不能这样做", "It is now: {phase}. Load it again and see what can be done at this stage.", "当前阶段：{phase}。请刷新，看这个阶段可以做什么。"},
	negotiation.CodeOfferNotOpen:     {409, "The offer is not open", "该方案已不在桌面上", "The offer is: {state}. Load the case again and answer the one that is on the table.", "该方案：{state}。请刷新，按桌面上现在的方案办理。"},
	negotiation.CodeOwnOffer:         {409, "Your own offer", "这是您自己的方案", "Nobody answers their own. Change it or take it back, or wait for the other side.", "不能答复自己的方案。可以修改或撤回，或者等待对方答复。"},
	negotiation.CodeStaleDigest:      {409, "The terms are others", "条款已不是您读到的", "Read the offer again.", "请重新阅读方案。"},
	negotiation.CodeOfferBinds:       {409, "The offer binds", "方案仍有约束力", "It binds until {until}: it is not taken back, and what replaces it is worse in no item (Civil Code art. 476).", "方案在 {until} 前有约束力，不得撤销，替换的方案每一项都不能更差（民法典第四百七十六条）。"},
	negotiation.CodeOfferSeen:        {409, "The offer was seen", "对方已看到方案", "The other side has seen it. It binds until {until}; replace it by one that is worse in no item.", "对方已经看到，不能再撤回。方案在 {until} 前有约束力；可以换成每一项都不更差的方案。"},
	negotiation.CodeNoOffer:          {409, "No offer yet", "尚未提出方案", "The enterprise sends the case on only after an offer of its own.", "经营者提出过方案后才能转投诉。"},
	negotiation.CodeNoEnterpriseItem: {422, "Nothing for the enterprise to do", "没有经营者要做的事", "An offer has at least one item of the enterprise.", "方案至少要有一项由经营者履行。"},
	negotiation.CodeReasonRequired:   {422, "A reason is needed", "请说明理由", "The amount is above {limit}, three times the disputed one. Say why.", "金额超过 {limit}（争议金额的三倍），请说明理由。"},
	negotiation.CodeOverAuthority:    {403, "More than you may settle for alone", "超出您的授权额度", "The enterprise would pay {amount}, and you may settle for {limit}. Ask a supervisor for approval (request_approval), or offer less.", "企业要付 {amount}，您的授权额度是 {limit}。请向主管请求批准（request_approval），或者提出较低的金额。"},
	negotiation.CodeRequestOpen:      {409, "A colleague asks already", "同事已请求批准", "One request of a case lies open at a time. Wait for the answer, or ask the colleague to take it back.", "一个案件同时只有一个批准请求。请等待答复，或者请同事收回。"},
	negotiation.CodeRequestNotOpen:   {409, "The request is not open", "该请求已不待批准", "It was answered or taken back, or what lies on the table has changed since. Load the case again.", "请求已答复、已收回，或者之后桌面上的方案变了。请刷新案件。"},
	negotiation.CodeAlreadyDone:      {409, "Done already", "已经完成", "It was done before and is not done twice. Load it again and see how it stands.", "此前已经做过，不能再做一次。请刷新查看现在的情况。"},
	negotiation.CodeTooLate:          {409, "Too late", "已过期限", "It was possible until {until}.", "期限到 {until} 为止，已经过了。"},
	negotiation.CodeNotReported:      {409, "Not reported yet", "尚未报告履行", "Item {item:ordinal} waits for another one; it can be confirmed once it runs.", "第 {item:ordinal} 项还在等另一项，开始履行后才能确认。"},
	negotiation.CodeNoSuchItem:       {422, "No such item", "没有这一项", "The agreement has no item {item:ordinal}. Read the agreement again.", "协议里没有第 {item:ordinal} 项，请重新查看协议。"},
	negotiation.CodeItemWaits:        {409, "The item waits for another", "该项须等另一项", "Item {item:ordinal} waits for item {after:ordinal}; it can be done once that one is reported.", "第 {item:ordinal} 项要等第 {after:ordinal} 项报告完成后才轮到。"},
	negotiation.CodeNoRefusal:        {409, "No refusal to rule on", "没有待裁定的拒绝", "The enterprise has not refused, or an officer has ruled already.", "企业没有拒绝协商，或者已经裁定过。"},
	negotiation.CodeNoFinding:        {409, "Nothing to find on", "没有待认定的履行", "No promise is reported broken, or an officer has found already.", "没有被指未履行的约定，或者已经认定过。"},
	negotiation.CodeNotEnrolled:      {409, "Not enrolled", "该企业未入驻", "The enterprise takes no new cases. You can complain to the bureau directly.", "该企业目前不接收新的和解请求，可以直接向市场监管部门投诉。"},
	negotiation.CodeNotRunning:       {409, "The clock does not run", "该期限不在计时", "The time limit was met, has passed, or was never set. Load the case again.", "该期限已经办结、届满或者没有开始。请刷新案件。"},
	negotiation.CodeNotDue:           {409, "Not due yet", "期限未到", "It is due at {due}; before that nothing is owed.", "期限到 {due} 届满，在此之前不能这样做。"},

	negotiation.CodeRateLimited:   {429, "Too fast", "太频繁", "Try again in {retry_after:wait}.", "请在 {retry_after:wait}后再试。"},
	negotiation.CodeTooManyOffers: {429, "Too many offers", "方案太多", "At most {max} a side. Accept or decline what is on the table, or send the case on.", "每方最多 {max} 个。请接受或不接受桌面上的方案，或者转投诉。"},
	negotiation.CodeTooManyFiles:  {429, "Too many files", "文件太多", "At most {max} a side. Put several pictures into one PDF.", "每方最多 {max} 个。可以把几张图片合成一个 PDF。"},
	negotiation.CodeTooManyCases:  {429, "Too many open cases", "进行中的案件太多", "At most {max} open ones at a time. End one first.", "同时最多 {max} 件进行中的案件，请先了结其中一件。"},

	app.CodeSMSUnavailable:    {503, "No codes can be sent", "无法发送验证码", "Consumers cannot sign in on this installation.", "本系统暂不能用手机号登录。"},
	app.CodeWrongCode:         {422, "Wrong code", "验证码不正确", "Wrong, used, or no longer valid.", "不正确、已使用或已失效。"},
	app.CodeWrongPassword:     {422, "Wrong login or password", "登录名或密码不正确", "Check both, capital letters too, and try again.", "请核对账号和密码（注意大小写）后重试。"},
	app.CodeCaseCodeRequired:  {403, "Case code needed", "需要案件编号", "Sign in again with the code or the order number of this older case.", "该案件较早，请连同案件编号或订单号重新登录。"},
	app.CodeWrongCaseCode:     {422, "No such case", "没有这一案件", "No case of this number has the code or order number.", "该号码名下没有此编号或订单号的案件。"},
	app.CodeSetUpClosed:       {409, "Set-up is closed", "初始设置已关闭", "The link is wrong, old, or was used.", "链接有误、过期或已使用。"},
	app.CodeLoginTaken:        {409, "Login taken", "登录名已被使用", "Somebody has this login. Choose another one.", "这个登录名已有人使用，请换一个。"},
	app.CodeWeakPassword:      {422, "Weak password", "密码太弱", "At least {min} characters, not the login and not one character repeated.", "至少 {min} 个字符，不能与登录名相同，也不能只重复一个字符。"},
	app.CodeLastSupervisor:    {409, "The last supervisor", "最后一位主管", "An enrolled enterprise keeps one. Appoint another supervisor first.", "入驻企业至少保留一位，请先指定另一位主管。"},
	app.CodeLastAdministrator: {409, "The last administrator", "最后一位管理员", "The platform keeps one. Appoint another administrator first.", "平台至少保留一位，请先指定另一位管理员。"},
	app.CodeTooManyReplies:    {409, "Too many saved replies", "常用语太多", "At most {max}. Delete one that is not needed.", "最多 {max} 条，请先删除不再需要的。"},
	app.CodeNameTaken:         {409, "Name taken", "名称已被使用", "There is one with this name. Choose another one.", "已有同名的一条，请换一个名称。"},
	app.CodeUnknownPlace:      {422, "Unknown place", "无法识别的占位符", "“{place}” in braces stands for nothing. These do: {allowed}.", "花括号里的“{place}”无法识别，可用的有：{allowed}。"},
	app.CodeTooManyStaff:      {409, "Too many accounts", "账号太多", "At most {max}. Deactivate one that is not needed.", "最多 {max} 个，请先停用不再需要的账号。"},
	app.CodeTooLarge:          {413, "Too large", "太大", "At most {max:size}. Send less, or compress it.", "最多 {max:size}，请分开发送或压缩。"},
	app.CodeUnsupportedMedia:  {415, "Unsupported type", "不支持的类型", "Allowed: {allowed}.", "允许：{allowed}。"},
	app.CodeHashMismatch:      {422, "Not what was sent", "收到的与发送的不一致", "The SHA-256 differs: it was changed or broken on the way. Send it again.", "SHA-256 不一致：传输中有改动或损坏，请重新发送。"},
	app.CodeWrongOffset:       {409, "Goes on elsewhere", "续传位置不对", "The upload stands at byte {offset}.", "已收到 {offset} 字节，请从此处继续。"},
	app.CodeImageTooBig:       {422, "Image too big", "图片太大", "At most {max} pixels. Make it smaller.", "最多 {max} 像素，请缩小后再传。"},
	app.CodeNoCopy:            {409, "No copy", "没有副本", "The image cannot be decoded, so there is no copy without metadata.", "无法解码图片，因此没有去除元数据的副本。"},
	app.CodeCreditCodeTaken:   {409, "Enterprise known already", "该企业已登记", "An enterprise with this credit code has applied or enrolled. Sign in with its account, or check the code.", "使用该统一社会信用代码的企业已经申请或入驻。请用该企业的账号登录，或核对代码。"},
	app.CodeNoBureau:          {409, "No competent bureau", "没有管辖的市场监管部门", "No bureau is set up for this region or one above it. Choose another region, or call 12315.", "该地区及其上级都没有开通的市场监管部门。请改选地区，或拨打 12315。"},
	app.CodeBureauTaken:       {409, "The region has a bureau", "该地区已有市场监管部门", "Each region has one. Change that one instead.", "每个地区只有一个，请修改已有的部门。"},
	app.CodeNotApproved:       {403, "Not approved", "入驻申请未获通过", "The bureau has not let the enterprise in; its application is {status}.", "市场监管部门尚未准予入驻，申请状态：{status}。"},
	app.CodeOpenCases:         {409, "Cases are open", "还有未结案件", "Not closed yet: {count}. The account can be erased after that.", "还有 {count} 件未结案，结案后才能删除账号。"},
	app.CodeBadCalendar:       {422, "Not a calendar", "日历有误", "The notice of a year is not as it should be. Check it and send it again.", "某一年的通知有误，请检查后重新导入。"}, // see calendarTexts

	codeMethodNotAllowed: {405, "Method not allowed", "不支持该方法", "This address does not take the method; the contract names those it takes.", "该地址不支持这个方法，接口说明列出了它支持的方法。"},
	codeOtherVersion:     {412, "Another version", "协议版本不同", "Allowed: {allowed}.", "允许：{allowed}。"},
	codeCrossOrigin:      {403, "From another origin", "来自其他网站的请求", "Changes, and what is noted when it is read, can be asked for from this site's own pages only.", "更改以及留有查阅记录的内容，只能从本站页面发出请求。"},
	codeMisdirected:      {421, "Another host", "不是本站的地址", "This site does not go by the name that was asked for.", "本站不使用所请求的主机名。"},
	codeNotReady:         {503, "Not ready", "未就绪", "It is starting or shutting down, or its database does not answer. Try again in a moment.", "正在启动或停止，或者数据库没有应答，请稍后再试。"},
}

// calendarTexts are the details of bad_calendar by its reason: what is wrong on which day, and the mend.
var calendarTexts = map[string]text{
	string(workday.NotAYear):     {enDetail: "It is not one JSON object in the holiday-cn shape: year, papers, days. Check brackets, quotes and commas.", zhDetail: "不是一个 holiday-cn 格式的 JSON 对象（year、papers、days）。请检查括号、引号和逗号。"},
	string(workday.WrongType):    {enDetail: "The value has the wrong type: {expected} is wanted.", zhDetail: "值的类型不对，应为 {expected}。"},
	string(workday.UnknownField): {enDetail: "There is no field {name} in the holiday-cn shape. Remove it.", zhDetail: "holiday-cn 格式没有字段 {name}，请删除。"},
	string(workday.Missing):      {enDetail: "It is missing or empty. Fill it in.", zhDetail: "缺少或为空，请补上。"},
	string(workday.OutOfRange):   {enDetail: "{year} is no year from {min} to {max}. Write the year of the notice.", zhDetail: "{year} 不在 {min} 至 {max} 年之间，请填写通知的年份。"},
	string(workday.NoDays):       {enDetail: "It names no day. List the days off and the days worked in exchange.", zhDetail: "没有列出任何日子，请列出放假和调休的日子。"},
	string(workday.NotADate):     {enDetail: "\"{value}\" is no date. Write it like 2027-01-31.", zhDetail: "“{value}”不是日期，请写成 2027-01-31 的样子。"},
	string(workday.AnotherYear):  {enDetail: "{date} lies neither in {year} nor in the December before. Correct the date, or move it to its own year's notice.", zhDetail: "{date} 既不在 {year} 年，也不在上一年 12 月。请更正日期，或放到那一年的通知里。"},
	string(workday.NamedTwice):   {enDetail: "{date} is named twice. Keep one of the two.", zhDetail: "{date} 出现了两次，请只保留一次。"},
	string(workday.NoWeekendDay): {enDetail: "{date} is no weekend day, so it cannot be worked in exchange. Set isOffDay to true, or remove the day.", zhDetail: "{date} 不是周末，不能调休上班。请把 isOffDay 改为 true，或删除这一天。"},
	app.OtherYearAsked:           {enDetail: "It is the notice of {year}, and was sent as that of {wanted}. Send it as {year}.", zhDetail: "这是 {year} 年的通知，却按 {wanted} 年导入。请按 {year} 年导入。"},
	app.DaysLeftOut: {enDetail: "The notice of {year} leaves out {days}. Add them, or, if the notice itself leaves them out, send it with partial=true.",
		zhDetail: "{year} 年的通知没有列出：{days}。请补上；如果通知原文确实没有，请加上 partial=true 再导入。"},
}

// allowed are the values of params that are said in words and not in the terms of the contract.
var allowed = map[string]string{
	"a lower-case UUID":               "小写的 UUID",
	"uuid":                            "小写的 UUID",
	"the index of another item":       "另一项的序号（从 0 开始）",
	"text without control characters": "不含控制字符的文字",
	"one line":                        "一行文字",
	"the SHA-256 of the upload":       "上传文件的 SHA-256",
	"64 hex digits":                   "64 位十六进制数字",
	"next of the page before":         "上一页的 next",
	"a position for each channel":     "每个频道一个位置",
	"since or before":                 "since 和 before 之一",
	"an account, me or nobody":        "账号、me 或 nobody",
	"county":                          "县级区划代码",
	"consumers":                       "仅限消费者",
	"staff":                           "仅限工作人员",
	"object":                          "对象",
	"array":                           "数组",
	"string":                          "字符串",
	"number":                          "数字",
	"integer":                         "整数",
	"boolean":                         "true 或 false",
}
