import { chance, pick, pickWeighted, type Prng } from './prng.ts'

export type Sex = 'M' | 'F'
export type NameStyle = 'han' | 'taiwan' | 'minority' | 'latin'

/** `family` is shown first for every style but `latin`. A minority name stands whole in `family`. */
export interface PersonName {
  style: NameStyle
  family: string
  given: string
}

// Shares in ‰ of the population, rounded: Ministry of Public Security, national surname report.
const surnames = parseWeights(`
王 72 李 70 张 67 刘 51 陈 46 杨 32 黄 25 吴 20 赵 20 周 19 徐 15 孙 14 马 13 朱 13 胡 12 林 11 郭 11 何 11 高 10 罗 10
郑 9 梁 9 谢 8 宋 7 唐 7 许 7 邓 6 冯 6 韩 6 曹 6 曾 6 彭 6 萧 1 肖 5 蔡 5 潘 5 田 5 董 5 袁 5 于 5 余 5 叶 5 蒋 5 杜 5 苏 5
魏 5 程 5 吕 5 丁 4 沈 4 任 4 姚 4 卢 4 傅 4 钟 4 姜 4 崔 4 谭 4 廖 4 范 4 汪 4 陆 4 金 4 石 3 戴 3 贾 3 韦 3 夏 3 邱 3 方 3
侯 3 邹 3 熊 3 孟 3 秦 3 白 3 江 3 阎 2 薛 3 尹 2 段 2 雷 2 黎 2 史 2 龙 2 陶 2 贺 2 顾 2 毛 2 郝 2 龚 2 邵 2 万 2 钱 2 严 2
覃 2 武 2 莫 2 孔 2 向 2 汤 2 仇 0.3 单 0.4 解 0.4 查 0.3 区 0.2 曲 0.6 欧阳 0.9 司马 0.1 上官 0.1 诸葛 0.1 夏侯 0.1 尉迟 0.1`)

const taiwanSurnames = parseWeights(`
陳 111 林 83 黃 60 張 53 李 51 王 41 吳 40 劉 32 蔡 29 楊 27 許 23 鄭 19 謝 18 洪 15 郭 15 邱 15 曾 14 廖 14 賴 14 徐 13 周 12
葉 12 蘇 11 莊 9 呂 9 江 9 何 9 蕭 8 羅 8 高 8 簡 6 鍾 6 詹 5 歐陽 1`)

interface Era {
  /** Born in or after this year. */
  since: number
  /** How many of ten given names have one character only. */
  single: number
  M: Pool
  F: Pool
}

interface Pool {
  first: string[]
  second: string[]
}

const eras: Era[] = [
  era(
    2010,
    0.5,
    '浩 子 宇 梓 俊 奕 铭 沐 一 嘉 泽 思',
    '轩 涵 宸 辰 睿 泽 豪 霖 熙 诺 航 然',
    '梓 欣 诗 雨 可 一 语 若 思 芷 沐 依',
    '涵 怡 彤 萱 琪 诺 妍 瑶 汐 晨 馨 玥',
  ),
  era(
    1990,
    3,
    '志 文 俊 嘉 家 子 宇 天 浩 泽 明 博',
    '杰 豪 鑫 涛 宇 轩 翔 鹏 龙 帆 阳 昊',
    '雨 思 佳 梦 雪 欣 晓 嘉 诗 婉 静 紫',
    '婷 琪 怡 雯 颖 瑶 洁 慧 萱 倩 莹 蕾',
  ),
  era(
    1970,
    4,
    '建 志 文 海 永 晓 小 立 红 少 国 宏',
    '军 伟 强 勇 斌 峰 辉 波 涛 明 平 刚',
    '丽 晓 海 秀 春 小 红 雪 玉 艳 文 慧',
    '娟 燕 萍 霞 敏 静 芳 英 丽 梅 玲 华',
  ),
  era(
    1950,
    2,
    '建 国 志 永 德 正 明 光 兴 世 大 新',
    '国 华 民 军 明 平 生 强 全 林 成 忠',
    '秀 桂 玉 淑 凤 美 素 春 建 惠 丽 月',
    '英 兰 珍 芳 华 梅 琴 芝 云 清 霞 荣',
  ),
  era(
    0,
    1,
    '德 福 永 长 金 玉 树 文 万 光 绍 明',
    '才 贵 山 清 发 林 福 田 海 堂 元 安',
    '桂 秀 玉 淑 素 凤 金 翠 兰 月 银 会',
    '英 珍 兰 芳 华 贞 云 香 芝 琼 仙 碧',
  ),
]

// Seldom seen, and each has broken a hospital system: outside of GBK, or outside of the basic plane.
const rareGiven = ['䶮', '㛃', '𫖮', '𬭚', '旻昇', '喆', '堃', '犇', '祎', '淏']

const taiwanGiven: Record<Sex, string[]> = {
  M: '志明 俊傑 建宏 俊宏 志豪 志偉 文雄 承恩 冠廷 宗翰 家豪 國華 進財 勝雄 柏翰 彥廷'.split(' '),
  F: '淑芬 淑惠 美玲 雅婷 美惠 麗華 淑貞 雅雯 怡君 佳穎 秀英 月娥 宜蓁 詩涵 鈺婷 麗珠'.split(' '),
}

const minorityNames: Record<Sex, string[]> = {
  M: '买买提·吐尔逊 艾力·阿不都 阿卜杜拉·依明 扎西·顿珠 吉克·尔古 阿木·拉则 努尔兰·哈力木 巴特尔·朝鲁 才让·多杰 沙马·木呷'.split(
    ' ',
  ),
  F: '阿依古丽·买买提 古丽娜尔·艾力 热依汗·吐尔逊 卓玛·拉姆 吉克·阿依 沙马·阿支 阿依达娜·努尔兰 其其格·乌云 央金·拉姆 阿米娜·依明'.split(
    ' ',
  ),
}

/** Family and given names that stand in Latin letters in every language of the screens. */
export const latinFamily =
  'Smith Johnson Müller García Nguyen Okafor Rossi Kowalski Tanaka Ivanova O’Connor Dubois'.split(' ')
export const latinGiven: Record<Sex, string[]> = {
  M: 'John Michael Thomas Carlos Minh Chidi Marco Piotr Kenji Sergei'.split(' '),
  F: 'Anna Emily María Linh Ngozi Giulia Zofia Yuki Elena Chloé'.split(' '),
}

/**
 * A name as it would stand in a hospital of Sichuan: surnames by national share, given names after the fashion of
 * the birth year; a few traditional-character, minority and Latin names.
 */
export function personName(random: Prng, sex: Sex, birthYear: number): PersonName {
  const style = pickWeighted<NameStyle>(random, ['han', 'taiwan', 'minority', 'latin'], styleWeight)
  switch (style) {
    case 'han':
      return { style, family: surname(random), given: givenName(random, sex, birthYear) }
    case 'taiwan':
      return {
        style,
        family: pickWeighted(random, taiwanSurnames, (s) => s.weight).name,
        given: pick(random, taiwanGiven[sex]),
      }
    case 'minority':
      return { style, family: pick(random, minorityNames[sex]), given: '' }
    case 'latin':
      return { style, family: pick(random, latinFamily), given: pick(random, latinGiven[sex]) }
  }
}

/** A Han surname by its national share. */
export function surname(random: Prng): string {
  return pickWeighted(random, surnames, (s) => s.weight).name
}

/** A Han given name of one or two characters, after the fashion of the birth year. */
export function givenName(random: Prng, sex: Sex, birthYear: number): string {
  if (chance(random, 0.003)) return pick(random, rareGiven)
  const fashion = eras.find((e) => birthYear >= e.since) ?? era(0, 0, '', '', '', '')
  const pool = fashion[sex]
  const second = pick(random, pool.second)
  if (chance(random, fashion.single / 10)) return second
  const first = pick(random, pool.first)
  return first === second ? second : first + second
}

/** The name as it is written in one piece. */
export function fullName(name: Pick<PersonName, 'style' | 'family' | 'given'>): string {
  return name.style === 'latin' ? `${name.given} ${name.family}` : name.family + name.given
}

function styleWeight(style: NameStyle): number {
  return { han: 965, taiwan: 10, minority: 20, latin: 5 }[style]
}

function era(since: number, single: number, m1: string, m2: string, f1: string, f2: string): Era {
  const pool = (first: string, second: string) => ({ first: first.split(' '), second: second.split(' ') })
  return { since, single, M: pool(m1, m2), F: pool(f1, f2) }
}

function parseWeights(text: string): { name: string; weight: number }[] {
  const words = text.trim().split(/\s+/)
  const pairs: { name: string; weight: number }[] = []
  for (let i = 0; i + 1 < words.length; i += 2)
    pairs.push({ name: words[i] ?? '', weight: Number(words[i + 1]) })
  return pairs
}
