"""Own accounts: what tellers write of themselves is found, what they write of others is not. All lines are invented."""

from __future__ import annotations

import pytest

from tasks.text.accounts import answered, declared, known_as, page_of, signed

OWN = {
    "Xでは@tanakaです": "handle x:tanaka",
    "経理をしています。Xでは @Tanaka_K という名前でつぶやいています。": "handle x:tanaka_k",
    "はじめまして、@mochi_zukiと申します。": "handle x:mochi_zuki",
    "Twitterは＠soroban_77です。": "handle x:soroban_77",
    "ツイッター(現X)のアカウントは@soroban_77です": "handle x:soroban_77",
    "インスタでは「@kinako.rei」です。": "handle instagram:kinako.rei",
    "私のアカウント:@tanaka": "handle x:tanaka",
    "アカウントは @tanaka です。よろしくお願いします": "handle x:tanaka",
    "XのID: @tanaka": "handle x:tanaka",
    "自分のブログ(https://kabu-nikki.hatenablog.com/)に書いたことがきっかけでした": "url hatena:kabu-nikki",
    "僕のnote https://note.com/tanaka_writes を読んだ編集者から連絡がありました": "url note:tanaka_writes",
    "私のnoteはこちらです→ https://note.com/tanaka/n/n0a1b2c": "url note:tanaka",
    "noteに書きました https://note.com/tanaka/n/n0a1b2c": "url note:tanaka",
    "ブログにまとめました。\nhttps://ameblo.jp/mikan-hatake/entry-1.html": "url ameblo:mikan-hatake",
    "ブログにまとめました↓\nhttps://ameblo.jp/mikan-hatake/entry-1.html": "url ameblo:mikan-hatake",
    "マストドンでは @Sora@mstdn.example.jp です": "handle mastodon:sora@mstdn.example.jp",
    "Blueskyは@sora.bsky.socialです": "handle bluesky:sora.bsky.social",
    "Bluesky では @sora.example.jp という名前で活動しています": "handle bluesky:sora.example.jp",
    "連絡先のメールは tanaka.k@example.jp です": "mail mail:tanaka.k@example.jp",
    "夜は@yakinmeshi で発信しています": "handle x:yakinmeshi",
    "母の介護をしながら働いています。Xでは@kaigo_memoです。": "handle x:kaigo_memo",
    "皆さんに読んでほしいです。Xは@tanakaです。": "handle x:tanaka",
    "話は以上です。\n\n田中\nX: @tanaka": "handle x:tanaka",
    "話は以上です。\n\n・note → https://note.com/tanaka": "url note:tanaka",
    "話は以上です。\nFacebook https://www.facebook.com/tanaka.kei": "url facebook:tanaka.kei",
    "よろしくお願いします。\n田中(@tanaka)": "handle x:tanaka",
    "よろしくお願いします。\n\n川添 ふみ江　fumie.k@mail.example.jp": "mail mail:fumie.k@mail.example.jp",
    "確認がいるならこっちの垢まで @haisha_rei": "handle x:haisha_rei",
    "私のフェイスブックは https://www.facebook.com/profile.php?id=100012345 です": "url facebook:100012345",
}


@pytest.mark.parametrize(("text", "expected"), OWN.items(), ids=OWN)
def test_what_tellers_say_of_themselves(text: str, expected: str | None):
    assert declared(text) == ([expected] if expected else [])


# More of both, written before the patterns were looked at again.
ALSO_OWN = [
    ("ツイッター @nukadoko_diary をやっている者です。", "handle x:nukadoko_diary"),
    ("note(https://note.com/yoru_no_pan)を書いているパン職人です。", "url note:yoru_no_pan"),
    ("申し遅れました、Xで発信しております@shiba_keiriと申します。", "handle x:shiba_keiri"),
    ("普段はインスタ(@kogin_to_hana)で刺し子の写真を載せています。", "handle instagram:kogin_to_hana"),
    ("X→@tetsu_bento\nnote→https://note.com/tetsu_bento", "handle x:tetsu_bento url note:tetsu_bento"),
    ("掲載されたら教えてください。XのDM(@mugi_cha88)が一番早いです。", "handle x:mugi_cha88"),
    ("HN:むぎ茶 / X:@mugi_cha88", "handle x:mugi_cha88"),
    ("わたしのブログです\nhttps://sabo-ginkgo.hatenablog.com/", "url hatena:sabo-ginkgo"),
    ("匿名希望ですがXは@yoake_maeです。確認にお使いください。", "handle x:yoake_mae"),
    ("ブログ「夜明けの台所」https://ameblo.jp/yoake-kitchen/ の管理人です。", "url ameblo:yoake-kitchen"),
    ("アカウント名は @umi_no_kaisya で、フォロワーは300人ほどです。", "handle x:umi_no_kaisya"),
    ("ブルースカイでは @hoshi.bsky.social として詩を書いてます。", "handle bluesky:hoshi.bsky.social"),
    ("@soba_uchi_k を運営している蕎麦屋の二代目です。", "handle x:soba_uchi_k"),
    ("私(@kaji_note)が書いた家計の記事が本になりました。", "handle x:kaji_note"),
    ("Twitter(現X)で @hinata_nurse の名前で夜勤のことを書いています", "handle x:hinata_nurse"),
    ("連絡はTwitterのDM @hinata_nurse までお願いします", "handle x:hinata_nurse"),
    ("メール:mihon.hanako@example.jp\nX:@hanako_mihon\n", "handle x:hanako_mihon mail mail:mihon.hanako@example.jp"),
    ("本名:見本花子\nペンネーム:花見本\nTwitter ID:@hanamihon", "handle x:hanamihon"),
    ("こんにちは。noteで「工場の昼休み」を連載している者です(https://note.com/kojo_hiru)。", "url note:kojo_hiru"),
    ("詳しくは自分のnoteに書きました→https://note.com/kojo_hiru/n/nabc", "url note:kojo_hiru"),
    ("インスタのアカウントは kogin_to_hana です", "handle instagram:kogin_to_hana"),
    ("Xのアカウントは「@kogin」です", "handle x:kogin"),
    ("mixiは退会しましたが、Xは @kogin で続けています", "handle x:kogin"),
    ("経緯はブログに書いています。https://ameblo.jp/yoake-kitchen/entry-12.html", "url ameblo:yoake-kitchen"),
    ("僕がやっているのは @radio_nikki です", "handle x:radio_nikki"),
    ("マストドン(@sabo@mstdn.example.jp)で活動しています。", "handle mastodon:sabo@mstdn.example.jp"),
    ("以上です。\n― 夜のパン屋 @yoru_no_pan", "handle x:yoru_no_pan"),
    ("スレッズ:https://www.threads.net/@yoru_pan", "url threads:yoru_pan"),
    ("小さな書店を営んでおります。Xでは@ura_dori_booksとして毎日一冊紹介しています。", "handle x:ura_dori_books"),
    ("@ura_dori_books という名前で本の紹介をしています", "handle x:ura_dori_books"),
    ("Twitterアカウントは@kikai_naoshiです。工場で保全をしています。", "handle x:kikai_naoshi"),
    ("ぼくのアカウントは @kikai_naoshi です", "handle x:kikai_naoshi"),
    ("ツイッター(@mado_kara)に毎朝の空を上げています。", "handle x:mado_kara"),
    ("ネットでは「うらどおり」、Xでは@ura_doriで通っています。", "handle x:ura_dori"),
    ("noteはこちらです。https://note.com/ura_dori", "url note:ura_dori"),
    ("自分のnoteのリンクを貼ります https://note.com/ura_dori/n/n12", "url note:ura_dori"),
    ("拙ブログ https://ura-dori.hatenablog.com/ もご覧ください。", "url hatena:ura-dori"),
    ("当方のブログはhttps://ura-dori.hatenablog.com/です", "url hatena:ura-dori"),
    ("インスタやってます→@ito_to_hari", "handle instagram:ito_to_hari"),
    ("ご連絡は ito.hari@example.jp へお願いします。", "mail mail:ito.hari@example.jp"),
    ("返信はメール(ito.hari@example.jp)にお願いいたします", "mail mail:ito.hari@example.jp"),
    ("よろしくお願いいたします。\n\n針と糸(X @ito_to_hari)", "handle x:ito_to_hari"),
    ("FB: https://www.facebook.com/ito.hari.9", "url facebook:ito.hari.9"),
    ("わたしは@tsuchi_no_hitoです。陶芸をしています。", "handle x:tsuchi_no_hito"),
    ("Threadsは @yuge_kitchen 、Xは @yuge_kitchen2 です", "handle x:yuge_kitchen2"),
    ("XもBlueskyも@yuge_kitchenです", "handle bluesky:yuge_kitchen"),
    ("noteで記事を書きました!\nhttps://note.com/yuge/n/nabc", "url note:yuge"),
    ("Xでの名前は@yugeです", "handle x:yuge"),
    ("掲載する場合は @yuge_kitchen でお願いします", "handle x:yuge_kitchen"),
    ("ペンネームは湯気、アカウントは@yuge_kitchenでお願いします", "handle x:yuge_kitchen"),
    ("LinkedInは https://www.linkedin.com/in/yuge-kitchen/ です", "url linkedin:yuge-kitchen"),
    ("図書館で働いています。Xでは@kashidashi_noteという名前です。", "handle x:kashidashi_note"),
    ("Xのアカウント(@kashidashi)で本の感想を毎日書いています。", "handle x:kashidashi"),
    ("noteのアカウントはhttps://note.com/kashidashiです", "url note:kashidashi"),
    (
        "私のブログ「貸出中」(https://kashidashi.hatenablog.com/)を見た編集者から連絡がありました。",
        "url hatena:kashidashi",
    ),
    ("連絡先:kashi.dashi@example.jp", "mail mail:kashi.dashi@example.jp"),
    ("ご返信は kashi.dashi@example.jp までお願いいたします。", "mail mail:kashi.dashi@example.jp"),
    ("X @kashidashi\nnote https://note.com/kashidashi", "handle x:kashidashi url note:kashidashi"),
    ("応募します!アカウントは@kashidashiです!", "handle x:kashidashi"),
    ("私はインスタグラムで@kashi.dashiとして写真を上げています。", "handle instagram:kashi.dashi"),
    ("マストドンのアカウントは@kashi@don.example.jpです", "handle mastodon:kashi@don.example.jp"),
    ("昔のTwitter @kashi_old で書いていた話です。", "handle x:kashi_old"),
    ("noteにまとめてあります。https://note.com/kashidashi/n/n77", "url note:kashidashi"),
    ("ハンドルネームは@kashidashiです。名前は伏せてください。", "handle x:kashidashi"),
]


@pytest.mark.parametrize(("text", "expected"), ALSO_OWN)
def test_more_that_tellers_say_of_themselves(text: str, expected: str):
    assert " ".join(declared(text)) == expected


ANOTHERS = [
    "@tanakaさんの投稿に救われました",
    "@tanaka さんから声をかけていただきました",
    "Xで@tanakaに教わりました",
    "友人のアカウントは@tanakaです",
    "師匠のXは@tanakaです",
    "会社のアカウント: @sakura_foods",
    "勤務先の公式アカウントは@sakura_foodsです",
    "おすすめのアカウントは@tanakaです",
    "きっかけは@tanakaでした",
    "声をかけてくれたのは@tanakaです",
    "Xで@tanakaという名前で活動している方から依頼が来ました",
    "@tanaka こちらこそありがとうございます",
    "RT @tanaka: Xでは@tanakaです",
    "「Xでは@tanakaです」と名乗る人から連絡がありました",
    "田中さんがnoteに書きました https://note.com/tanaka/n/n0a1b2c",
    "詳しくは https://note.com/tanaka/n/n0a1b2c を読んでください",
    "この記事です\nhttps://note.com/tanaka/n/n0a1b2c",
    "尊敬する作家のnoteはこちら https://note.com/tanaka",
    "フォローしているのは次の人たちです。\nX: @tanaka\nX: @suzuki",
    "好きなアカウント\nX: @tanaka",
    "夫のブログ https://ameblo.jp/otto/ が始まりでした",
    "写真は https://www.instagram.com/p/Cabc123/ にあります",
    "noteに書きました https://note.com/hashtag/本",
    "ご連絡は info@example.jp までとのことでした",
    "編集者のアドレスは hensyu@example.jp です",
    "送料は3000@1個です",
    "一緒に働いた仲間\ncc @tanaka",
    "楽しかったです\nありがとう田中さん@tanaka",
    "Xは@tanakaですか",
    "noteに書きました@tanakaさんのおかげです",
    "X: @tanaka\n" + "これは話の途中の行です。\n" * 12,
    "@nukadoko_diary さんのレシピを真似したのが始まりです。",
    "ツイッターで@nukadoko_diaryというアカウントを見つけました。",
    "その人のXは@tetsu_bentoです。",
    "お世話になった編集者の方のnote https://note.com/henshu です。",
    "@soba_uchi_k のそば屋に行ったら声をかけられました。",
    "相互フォローの@mugi_cha88から仕事をもらいました",
    "フォローは@hon_callまで!とのことだったので応募します",
    "公募のアカウントは@hon_callですよね?",
    "弟がXで@otouto_gameとしてゲーム実況をしています",
    "この記事に救われました https://note.com/yoru_no_pan/n/n1",
    "会社のブログ(https://ameblo.jp/kaisya/)を担当していました。",
    "先輩のブログはhttps://ameblo.jp/senpai/です",
    "@a_b @c_d @e_f ありがとうございます!",
    "リプをくれたのが@sakka_no_hito でした",
    "彼女は@kanojo_xという名前で絵を描いています",
    "取材依頼は press@example.jp から来ました",
    "問い合わせ先: info@shop.example.jp",
    "私の推しのアカウントは@oshi_officialです",
    "夫のXはこちら→@otto_tsuri",
    "「私のアカウントは@tanakaです」とメッセージが来て、会うことになりました",
    "参考: https://x.com/tanaka/status/123",
    "同じ会社の人が@onaji_kaishaで暴露していました",
    "カフェの店主(@cafe_tenshu)と知り合いました",
    "作家の見本谷先生(@mihondani)に読んでもらえました",
    "きっかけをくれた友人:@tomodachi_k",
    "出版社のXは@syuppanです",
    "Xで私を見つけてくれた@mitsuketa_hitoへ",
    "noteに書かれていた記事 https://note.com/someone/n/n2 がきっかけでした",
    "ハンドル名は忘れましたが@なんとかさんです",
    "娘のインスタは@musume_instaです",
    "ご飯屋の@yuge_kitchenに教えてもらった話です",
    "Xで知り合った@yuge_kitchenと本を作りました",
    "@honwotsukuru の企画を見て応募しました",
    "ハッシュタグ企画(@honwotsukuru)に参加します",
    "上司のアカウント(@joushi)にばれました",
    "担当のアドレスは tantou@example.jp です",
    "知り合いがXで@shiriaiとして有名でした",
    "当時のアカウントは消してしまいました",
    "有名な@yumei_jinに引用されました",
    "バズったのは@bazuttaという人の投稿です",
    "Xの@newsに取り上げられました",
    "動画はhttps://www.youtube.com/@dareka です",
    "ブログに書いていたら、同業の方(https://ameblo.jp/dougyo/)が紹介してくださいました",
    "noteの記事「https://note.com/dareka/n/n9」に影響を受けました",
    "その記事はこちらです。https://note.com/dareka/n/n9",
    "お店のアカウントは@omise_officialです。私は客です。",
    "講師の方のXは@koushiでした",
    "講座のnoteはこちら https://note.com/kouza",
    "Xでは@tomoの投稿をよく見ていました",
    "Twitterでは@tomo、@yukiとよく話していました",
    "勤め先のサイトは https://kaisya.example.co.jp です",
    "新聞社のFacebookページ https://www.facebook.com/shinbun に載りました",
    "DMは@honwotsukuruへ、と書いてあったので",
    "友人に「Xは@tanakaだよ」と教わりました",
    "元同僚(@motodouryou)が書いた記事です",
    "後輩の子がインスタ(@kouhai)で紹介してくれています",
    "妹はXで@imoutoという名前で漫画を描いています",
    "私の好きな@suki_na_hitoさん",
    "私を誘ってくれたのは@sasoi_nushiです",
    "アカウントは持っていません",
    "図書館の公式Xは@toshokan_koshikiです",
    "館長のブログ https://kancho.hatenablog.com/ が好きでした。",
    "ある日@nazo_no_hitoからDMが来ました。",
    "それを書いたのは@nazo_no_hitoという人でした。",
    "同じ趣味の人のインスタ(@shumi_no_hito)を見ています。",
    "母のnoteはhttps://note.com/hahaです。",
    "X(@honwotsukuru)の募集を見ました。",
    "この投稿です https://x.com/nazo/status/99",
    "店長のアカウントは@tencho_xで、私はそこの店員です。",
    "出版社の方から henshu@example.co.jp 経由で連絡が来ました。",
    "@nazo は今では友人です",
    "相手は@nazoと名乗っていました。",
    "フォロワーの@fan_ichigouが拡散してくれました",
    "相方がXで@aikataとして活動しています",
    "Xで@nazoの連載を読んでいました。",
    "引用元:@nazo",
    "作者さんのX→@sakusya",
    "カフェのインスタ→@cafe_insta",
    "メールアドレスは公開していません(info@example.jpのみ)",
    "noteで人気の https://note.com/ninki さんに取り上げられました",
]


@pytest.mark.parametrize("text", ANOTHERS)
def test_what_tellers_say_of_others(text: str):
    assert declared(text) == []


SIGNATURE = """
━━━━━━━━━━━━━━
田中 恵 / Tanaka Kei
株式会社さくら物産 総務部
https://www.sakura-bussan.example.co.jp/
X：＠Tanaka_Kei ｜ note.com/tanaka_kei
ブログ https://tanaka.example.jp/diary/
mail: tanaka.kei@example.jp(代表 info@sakura-bussan.example.co.jp)
"""


def test_a_signature_names_its_writer_but_not_the_firm():
    assert signed(SIGNATURE) == [
        "handle x:tanaka_kei",
        "mail mail:tanaka.kei@example.jp",
        "url note:tanaka_kei",
        "url url:tanaka.example.jp/diary",
    ]


ANSWERS = {
    ("XのID", "tanaka"): ["form_answer x:tanaka"],
    ("XのID", "＠Tanaka"): ["form_answer x:tanaka"],
    ("SNSのURL", "https://note.com/tanaka / @tanaka"): ["form_answer note:tanaka", "form_answer x:tanaka"],
    ("インスタグラムのアカウント", "kinako.rei"): ["form_answer instagram:kinako.rei"],
    ("アカウント", "tanaka"): [],  # of which service?
    ("XまたはInstagramのID", "tanaka"): [],
    ("アカウント", "ありません"): [],
}


@pytest.mark.parametrize(("asked", "expected"), ANSWERS.items(), ids=map(str, ANSWERS))
def test_a_forms_answer(asked: tuple[str, str], expected: list[str]):
    title, cell = asked
    assert answered(cell, title) == expected


PAGES = {
    "https://twitter.com/Tanaka/status/1": "x:tanaka",
    "https://mobile.twitter.com/tanaka?s=20": "x:tanaka",
    "x.com/tanaka": "x:tanaka",
    "https://x.com/i/web/status/1": None,
    "https://note.com/hashtag/a": None,
    "https://note.com/tanaka/n/n0a1": "note:tanaka",
    "https://m.facebook.com/tanaka.kei/": "facebook:tanaka.kei",
    "https://mstdn.example.jp/users/sora": "mastodon:sora@mstdn.example.jp",
    "https://www.youtube.com/@tanaka": "url:youtube.com/@tanaka",
    "https://bsky.app/profile/did:plc:abc": "bluesky:did:plc:abc",
    "https://Diary.example.jp/a/": "url:diary.example.jp/a",
    "https://[x": None,
    "なし": None,
}


@pytest.mark.parametrize(("url", "expected"), PAGES.items(), ids=PAGES)
def test_one_page_is_one_account_however_it_is_written(url: str, expected: str | None):
    assert page_of(url) == expected


SOURCES = {
    ("mail", "tanaka@example.jp", "mid:1@example.jp"): ["mail mail:tanaka@example.jp"],
    ("form", "tanaka@example.jp", None): ["mail mail:tanaka@example.jp"],
    ("form", None, None): [],
    ("x", "1400", "https://x.com/Tanaka/status/17"): ["handle x:tanaka"],
    ("x", "1400", "https://x.com/i/web/status/17"): [],
    ("note", "tanaka", "https://note.com/tanaka/n/n1"): ["handle note:tanaka"],
    ("mastodon", "https://mstdn.example.jp/users/sora", None): ["url mastodon:sora@mstdn.example.jp"],
    ("blog", "https://diary.example.jp/a", "https://diary.example.jp/a/1"): ["url url:diary.example.jp/a"],
    ("facebook", "m123/田中", None): [],
}


@pytest.mark.parametrize(("row", "expected"), SOURCES.items(), ids=map(str, SOURCES))
def test_what_a_source_vouches_for(row: tuple, expected: list[str]):
    assert known_as(*row) == expected
