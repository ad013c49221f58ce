import type { TextProblem } from '../../../contract/message-template.ts'

export type WordRule = { rule: TextProblem['rule']; source: string; words: RegExp }

const mainland = '广告法第16条；医疗广告管理办法第7条；醫療法第85條、第86條'

/**
 * What advertising of medical services may not say. Texts are folded first (`fold` in lint.ts), so that width, spaces between characters
 * and traditional forms do not hide words. Both scripts stand in one pattern: a text may mix them.
 */
export const wordRules: WordRule[] = [
  {
    rule: 'cure-rate',
    source: `${mainland}：不得宣传治愈率、有效率等诊疗效果`,
    words:
      /(治[愈癒]|有效|成功|好[转轉]|[显顯]效|康[复復]|存活|[满滿]意)率|[\d.]+%的?(患者|病人)?(治[愈癒]|有效|成功|康[复復]|好[转轉])|\b(cure|success|efficacy|recovery|survival|response) rates?\b|\b\d+(\.\d+)? ?(%|percent) (of [a-z ]+ )?(cured?|effective|success(ful)?|recover(y|ed)?)\b/gi,
  },
  {
    rule: 'guarantee',
    source: `${mainland}：不得表示功效、安全性的断言或者保证`,
    words:
      /根治|根除(病|疾)|包[治好]|[药藥]到病除|立竿[见見]影|手到病除|[无無]效退[款费費]|(保[证證]|[确確]保|承[诺諾])[^，。；！\n]{0,6}(治|[疗療]|不(再)?[复復][发發]|有效|康[复復]|痊[愈癒]|安全|[无無]痛)|(永|[绝絕])不(再)?[复復][发發]|不再[复復][发發]|不反[弹彈]|[彻徹]底(治|[摆擺][脱脫]|解[决決]|告[别別])|一次(治[愈癒]|根除|解[决決])|([无無]|零)(任何)?(副作用|[风風][险險]|[后後][遗遺]症)|[绝絕][对對](安全|有效)|安全[无無]痛|百分(之)?百(安全|有效|治)|100% ?(安全|有效|safe|effective|cured?)|\b(guarantee[ds]?|permanent(ly)? cures?|risk[- ]free|no side effects?|never (comes?|come) back|miracle)\b/gi,
  },
  {
    rule: 'superlative',
    source: '广告法第9条（三）：不得使用“国家级”“最高级”“最佳”等用语；醫療法第85條、第86條',
    words:
      /[国國]家[级級]|(世界|[国國]際|国际)[领領]先|最(先[进進]|好|佳|[优優]|[权權]威|[专專][业業]|有效|安全|高[级級]|[强強])|第一品牌|[顶頂](尖|[级級])|首[选選]|(全[国國省市球网網]|[国國][内內]|[业業][内內界]|行[业業]|世界|[亚亞]洲|[华華][东東南北中]|本市)(唯一|第一|首家|首[创創]|[领領]先|[独獨]家)|[独獨]一[无無]二|\b(best|leading|most (advanced|effective|experienced)|number one|no\. ?1|world[- ]class|unrivalled|unique) (hospital|clinic|doctors?|surgeons?|treatments?|care|technology|therapy)\b/gi,
  },
  {
    rule: 'endorsement',
    source: `${mainland}：不得利用患者、卫生技术人员、科研机构等的名义或者形象作推荐、证明`,
    words:
      /(患者|病人|病友|明星|名人|[专專]家|[医醫](生|[师師])|院士|教授|[网網]友)[们們]?(一致|共同|[强強]烈|[亲親]身|倾力|[联聯]名)*(推[荐薦]|好[评評]|[见見][证證]|力[荐薦]|[证證]明|[称稱][赞讚])|代言|[现現]身[说說]法|(成功|康[复復]|治[愈癒])(案例|[个個]案|故事)|[见見][证證](奇[迹蹟]|疗效|療效)|\btestimonials?\b|\b(recommended|endorsed|praised) by (our |many |top |leading )?(patients?|doctors?|experts?|celebrit(y|ies)|professors?)\b|\b(patient )?success stor(y|ies)\b/gi,
  },
  {
    rule: 'comparison',
    source: `${mainland}：不得与其他医疗机构比较，不得贬低他人`,
    words:
      /(比|[优優][于於]|[胜勝][过過]|超[过過]|[强強][于於])(其他|其它|[别別]的|任何|同[类類]|一般)的?([医醫]院|[诊診]所|机构|機構|[疗療]法|方法)|\b(better|safer|cheaper|faster) than (any )?(other|all other|most) (hospitals?|clinics?|doctors?|treatments?)\b/gi,
  },
  {
    rule: 'secret-remedy',
    source: '医疗广告管理办法第7条：不得有迷信、荒诞内容；醫療法第86條：不得以公開祖傳秘方為宣傳',
    words:
      /祖[传傳](秘|良|验|驗)?方|[秘祕]方|[宫宮]廷(秘方|御方)|神[医醫奇]|\bsecret (remedy|formula|recipe)\b/gi,
  },
]

/** How a text says that one may have no more of them; the placeholder counts as well. */
export const optOutWords =
  /[{]{2}-?\s*(unsubscribe|preferences)\s*-?[}]{2}|([回覆复復]|发送|發送|發|发)[^，。\n]{0,6}(TD|R|T|N|退[订訂]|取消)|退[订訂](请|請)?(回|发|發|点|點)|拒收|\b(unsubscribe|opt[- ]?out|reply (STOP|N|T|R)|text STOP)\b/i

/** Who sends it: the placeholder, or a name in the brackets that short messages begin with. */
export const senderWords = /[{]{2}-?\s*hospital\b|【[^】]{2,20}】/
