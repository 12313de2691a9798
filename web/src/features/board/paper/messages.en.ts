import type { Translation } from '@/i18n'
import type zh from './messages.zh'

const en: Translation<typeof zh> = {
  'accepted.title': 'Decision to accept a complaint',
  'refused.title': 'Decision not to accept a complaint',
  'terminated.title': 'Decision to terminate mediation',
  'settled.title': 'Notice of closure of a complaint',
  'accepted.number': '{place}, complaints accepted [{year}] No. {code}',
  'refused.number': '{place}, complaints not accepted [{year}] No. {code}',
  'terminated.number': '{place}, mediation terminated [{year}] No. {code}',
  'settled.number': '{place}, complaints closed [{year}] No. {code}',
  'to.one': 'To {complainant}',
  'to.both': 'To {complainant} and {name}',
  'party.complainant': 'Complainant',
  'party.respondent': 'Respondent',
  'party.credit': 'Unified social credit code',
  'party.address': 'Address',
  semicolon: '; ',

  intro: 'On {date} this Administration received the complaint sent on from pre-complaint settlement (case {code}; sent because: {reason}).',
  matter: 'Respondent: {name}. Subject: {category}, {goods}; amount in dispute {amount}.',
  request: 'Requests: {claims}.',
  wasAccepted: 'This Administration decided to accept it on {date}.',

  'accepted.decision': 'On examination the complaint meets the conditions of the Measures for Handling Complaints and Reports in Market Regulation (SAMR Order No. 121, “the Measures”). Under article 15 of the Measures this Administration decides to accept it.',
  'accepted.until': 'This Administration will mediate if both parties are willing. If no mediation agreement is reached within {n} days of acceptance, that is by {date}, mediation is terminated under article 23 of the Measures. Time needed for appraisal or testing does not count.',
  'accepted.limit': 'This Administration will mediate if both parties are willing. If no mediation agreement is reached within {n} days of acceptance, mediation is terminated under article 23 of the Measures. Time needed for appraisal or testing does not count.',
  'accepted.then': 'During mediation the parties may go on settling between themselves. An offer of the respondent can still be accepted while it is open.',

  'refused.decision': 'On examination the complaint falls under article 16, item ({item}), of the Measures for Handling Complaints and Reports in Market Regulation (SAMR Order No. 121, “the Measures”): {ground}. Under articles 15 and 16 of the Measures this Administration decides not to accept it.',
  'refused.routes': 'This decision leaves open the other routes of article 39 of the Consumer Rights Protection Law:',

  'terminated.decision': 'During mediation a case of article 23, item ({item}), of the Measures for Handling Complaints and Reports in Market Regulation (SAMR Order No. 121, “the Measures”) arose: {ground}. This Administration decides to terminate mediation.',
  'terminated.routes': 'Under article 25 of the Measures a dispute that is not resolved may be taken to the following; administrative review does not apply to the termination of mediation:',

  'settled.agreement': 'The parties have reached the following agreement. Under the Measures for Handling Complaints and Reports in Market Regulation (SAMR Order No. 121) this Administration closes the complaint.',
  'settled.plain': 'The dispute between the parties is resolved. Under the Measures for Handling Complaints and Reports in Market Regulation (SAMR Order No. 121) this Administration closes the complaint.',

  route: '({item}) {text}',
  'route.negotiate': 'settlement by negotiation with the trader;',
  'route.association': 'mediation by a consumer association or another mediation body set up by law;',
  'route.arbitration': 'arbitration, under an arbitration agreement with the trader;',
  'route.court': 'an action in the people’s court.',

  'page.reasons': 'Reasons',
  'page.note': 'Note',
  'page.terms': 'Terms of the agreement',
  'page.seal': '(seal)',
  'page.translation': 'This is a translation for information. The Chinese text prevails.',
  'page.record': 'Case {code} · {n} entries on record',
  'page.hash': 'Check value of the record {head}',
  'page.madeAt': 'Produced {time}',
  'page.print': 'Print',
  'page.back': 'Back to the file',
  'page.which': 'Which document',
  'page.name': 'Fill in the complainant’s name',
  'page.nameText': 'The complainant’s given name is masked. Filling it in opens the full details and is put on record.',
  'page.none': 'There is no decision to print yet',
  'page.noneText': 'Once a complaint is accepted, not accepted, terminated or closed, the document appears here.',
}
export default en
