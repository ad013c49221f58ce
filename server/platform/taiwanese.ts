import { Converter } from 'opencc-js/cn2t'

/** Words of a Taiwanese hospital where they differ from what OpenCC makes of the mainland's; the longest fits first. An underscore is a space. */
const phrases = `
“→「 ”→」 账→帳 台→台 占→占 ”里→」裡 里的→裡的 里有→裡有 这里→這裡 里面→裡面 里找→裡找 里加→裡加 里建→裡建 本里→本裡 版本里→版本裡 样本里→樣本裡
周内→週內 周末→週末 双休日→週休二日 1_周→1_週 2_周→2_週 周日→週日 周一→週一 周二→週二 周三→週三 周四→週四 周五→週五 周六→週六
天后→天後 回音→回音 签名→簽名 签字→簽名 自签→自簽 采用→採用 采血→採血 表格→表格

随访→追蹤 电话随访→電訪 随访电话→電訪 上门→到宅 上门随访→居家訪視 入户随访→居家訪視 入户→居家訪視 走访→訪視 外联随访员→外展訪視員 失访→失聯 打满→撥滿 拒访→拒訪
患者→病患 在径患者→收案中病患 移出路径→結案 纳入路径→收案 入径→收案 科室→科別 医生→醫師 主管医生→主治醫師 护士→護理師 护士长→護理長
院领导→院長室 病案→病歷 病案号→病歷號 病案首页→病歷首頁 就诊→就醫 就诊号→就醫序號 离院→出院 离院方式→出院動向 再入院→再住院 复查→回診 复诊→回診
爽约→未到診 改约→改期 去世→過世 康复→復健 加重→惡化 耐药→抗藥 慢病→慢性病 常规→一般 红旗→警示 红旗报警→警示通報 报警→警示 宣教→衛教 住宅→住家
姐妹→姊妹 离异→離婚 身份证→身分證 身份→身分 手术操作→手術處置 组套→套組 币种→幣別 化验→檢驗 视频→視訊 互联网诊疗→視訊診療 医保号→健保卡號 医保→健保
质控→品管 质量→品質 门户→入口網 紙质→紙本 纸质→紙本 书面材料→書面資料

条任务→項任務 条消息→則訊息 }_条→}_筆 下一条→下一筆 上一条→上一筆 这一条→這一筆 每条记录→每筆紀錄 一条消息→一則訊息 }_条消息→}_則訊息
列名→欄名 列数→欄數 一列→一欄 整列→整欄 几列→幾欄 列的→欄的 }_列→}_欄 选择列→選擇欄位 字段→欄位
数据行→資料列 标题行→標題列 行数→列數 }_行→}_列 几行→幾列 全部行→全部列 这些行→這些列 加一行→加一列 没有行→沒有列 同行→同業
按天→依日 按周→依週 按月→依月 按日历→依日曆 按院区→依院區 按科室→依科別 按医生→依醫師 按级别→依級別 按患者→依病患 按系统→依系統 按原因→依原因 按风险→依風險
按各自→依各自 按选项→依選項 按事件→依事件 按完整→依完整 按缺项→依缺項 按时→準時 按这个→依這個 按就诊→依就醫 按信任→依信任 按随访→依追蹤 按列名→依欄名 按整列→依整欄

查看→查看 发布→發布 撤销→復原 吊销→撤銷 提交→送出 提交审核→送審 新建→新增 生成→產生 当前→目前 通过→透過 打开→開啟 登录→登入 退出登录→登出 保存→儲存
保存期→保存期 保存多久→保存多久 录入→輸入 校验→檢查 重放→重送 重发→重送 重置→重設 查询→查詢 刷新→重新整理 筛选→篩選 搜索→搜尋 默认→預設 自定义→自訂
自选→自訂 配置→設定 设置→設定 对接→介接 接口→介接 记录→紀錄 已记录→已記錄 会记录→會記錄 并记录→並記錄 日志→日誌 审计→稽核 列表→清單 菜单→選單 导航→導覽
链接→連結 端口→連接埠 证书→憑證 网络→網路 服务器→伺服器 屏幕→螢幕 信息→資訊 信息科→資訊室 短信→簡訊 消息→訊息 邮件→郵件 邮箱→電子郵件信箱 预约→預約
数据库→資料庫 数据→資料 程序→程式 代码→代碼 编码→編碼 标识→識別 文本→文字 文书→文件 文件→檔案 打印→列印 渠道→管道 营销→行銷 时间线→時間軸 时限→期限
超期→逾期 权限→權限 用户→使用者 用户名→使用者名稱 账号→帳號 尾号→末碼 工号→員工編號 编制号→編制號 动态码→驗證碼 快捷键→快速鍵 类型→類型 项目→項目
审核→審核 应答→回應 对象→對象 遮盖→遮蔽 社区→社區 城区→市區 统一社会信用代码→統一編號 合同→合約 判断→判斷 匹配→比對 联系→聯絡 号码有误→號碼錯誤
覆盖率→涵蓋率 季度→季 法定节假日→國定假日 国务院放假通知→行政院公告 国内同类→同類 行业惯例→業界慣例 手工→人工 岗位→職務 在岗→在職 离岗→離職 职务→職稱
含义→意義 下划线→底線 横线→連字號 竖线→直線 制表符→定位字元 演示→示範 两步验证→兩步驟驗證 办结→結案 已办结→已結案 未办→未完成 已办→已完成 未办结→未結案
在途→途中 起始→開始 截止日期→結束日期 培训→訓練 丢失→遺失 入库→寫入 }_米→}_公尺 支持→支援 反馈→回饋 激活→啟用 模板→範本 扩展→擴充 充值→儲值
`
const taiwan = new Map(
  phrases
    .trim()
    .split(/\s+/)
    .map((one) => one.replaceAll('_', ' ').split('→') as [string, string]),
)
const known = new RegExp(
  [...taiwan.keys()]
    .sort((a, b) => b.length - a.length)
    .map((phrase) => phrase.replaceAll(/[{}]/g, String.raw`\$&`))
    .join('|'),
  'g',
)
const convert = Converter({ from: 'cn', to: 'twp' })

/** Words of the mainland as a hospital in Taiwan writes them. */
export function taiwanese(text: string): string {
  let written = ''
  let at = 0
  for (const { 0: phrase, index } of text.matchAll(known)) {
    written += convert(text.slice(at, index)) + (taiwan.get(phrase) ?? phrase)
    at = index + phrase.length
  }
  return written + convert(text.slice(at))
}

/** A tree of words in Taiwan's writing; what it says otherwise stands in `otherwise` by its path ("codes.role.nurse"). */
export function taiwaneseWords<T extends object>(
  words: T,
  otherwise: Readonly<Record<string, string>>,
  path = '',
): T {
  return Object.fromEntries(
    Object.entries(words).map(([key, value]: [string, string | object]) => {
      const here = path + key
      return [
        key,
        typeof value === 'string'
          ? (otherwise[here] ?? taiwanese(value))
          : taiwaneseWords(value, otherwise, `${here}.`),
      ]
    }),
  ) as T
}
