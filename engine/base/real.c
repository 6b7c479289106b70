/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Only +, −, ×, ÷, √ and integers, each rounded as IEEE 754 says: nothing that a processor or a
 * library could do otherwise.
 *
 * Method: logarithm and exponential from tables and a short series (P. T. P. Tang, ACM TOMS 15(2),
 * 1989 and 16(4), 1990). A power keeps its logarithm as the sum of two doubles, with exact products
 * (T. J. Dekker, Numerische Mathematik 18, 1971), so that what is a double comes out as one. Sines
 * take off quarter turns in three parts (W. J. Cody, W. Waite, 1980) and use Taylor's series; arcs
 * use minimax polynomials (E. Y. Remez, 1934). Tables and coefficients were computed with 60
 * digits.
 *
 * Cost: that of glibc 2.36, but for powers: 1.2 times its variant without fused multiply-adds
 * and 1.5 times the one with them. Weakness: sines of large angles are not reduced exactly.
 */
#include "engine/base/real.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LOG_ROWS = 128, LOG_BITS = 7, EXP_ROWS = 64, EXP_BITS = 6, MANTISSA_BITS = 52 };

/* Multiples of 2^−42, so that a whole number of LN2 and a log of the table add without error. */
#define LN2 0x1.62e42fefa38p-1
#define LN2_REST 0x1.ef35793c7673p-45

#define HALF_PI 0x1.921fb54442d18p0
#define HALF_PI_REST 0x1.1a62633145c07p-54

#define ROUNDER 0x1.8p52 /* what is added to it is rounded to a whole number */

/* The middle of a 128th part of [0.6875, 1.375) as 1 / c in eleven bits, and log c in two parts;
 * c is 1 on both sides of 1, where the logarithm vanishes. */
struct log_row {
    double inverse, log, rest;
};

static const struct log_row log_table[LOG_ROWS] = {
    {0x1.734p0, -0x1.7c9e7703f9p-2, 0x1.82d5517117a8cp-45},
    {0x1.714p0, -0x1.77166c744p-2, -0x1.2d333f054aa72p-45},
    {0x1.6f4p0, -0x1.7186b11381p-2, -0x1.934e2677d272bp-46},
    {0x1.6dp0, -0x1.6b3bb22359p-2, -0x1.0f6257a933268p-44},
    {0x1.6bp0, -0x1.659b57303ep-2, -0x1.f281db0af8efcp-46},
    {0x1.69p0, -0x1.5ff3070a79p-2, -0x1.e9e439f105039p-45},
    {0x1.67p0, -0x1.5a42ab0f4dp-2, 0x1.e63af2df7ba69p-50},
    {0x1.654p0, -0x1.5541aec91cp-2, 0x1.816aadc72eeb9p-48},
    {0x1.634p0, -0x1.4f81fe4764p-2, 0x1.7fcf6434ff08dp-45},
    {0x1.614p0, -0x1.49b9feb7c1p-2, -0x1.dac1c58ab60d7p-44},
    {0x1.5f8p0, -0x1.44a41b463cp-2, -0x1.1ee28f37cf612p-44},
    {0x1.5d8p0, -0x1.3ecc460ef6p-2, 0x1.6028627c1300fp-47},
    {0x1.5bcp0, -0x1.39a8619f45p-2, -0x1.8ee51937354f5p-46},
    {0x1.59cp0, -0x1.33c05f128ep-2, 0x1.2b906380e1a7dp-45},
    {0x1.58p0, -0x1.2e8e2bae12p-2, 0x1.67b1e99b72bd8p-45},
    {0x1.564p0, -0x1.29552f81ffp-2, -0x1.48d301771c408p-44},
    {0x1.548p0, -0x1.241558bfd1p-2, -0x1.00fff3228fcadp-44},
    {0x1.52cp0, -0x1.1ece95528bp-2, 0x1.84e7b09b4a3b8p-46},
    {0x1.51p0, -0x1.1980d2dd42p-2, -0x1.b7b3a7a361c9ap-45},
    {0x1.4f4p0, -0x1.142bfeb9ap-2, -0x1.1ce6185b58a9ep-44},
    {0x1.4d8p0, -0x1.0ed005f658p-2, 0x1.2dc75285aa803p-45},
    {0x1.4bcp0, -0x1.096cd55591p-2, -0x1.f998d20550a31p-44},
    {0x1.4a4p0, -0x1.04c8de1842p-2, 0x1.fe6ba512ceb86p-46},
    {0x1.488p0, -0x1.feb0233e6p-3, -0x1.f316e32d5e8c7p-45},
    {0x1.46cp0, -0x1.f3bfa934d6p-3, -0x1.d9f2a937b903bp-45},
    {0x1.454p0, -0x1.ea5349e23ap-3, -0x1.81b934c73ccb5p-44},
    {0x1.43cp0, -0x1.e0dbc3d92ap-3, -0x1.59233f0529bf1p-44},
    {0x1.42p0, -0x1.d5c216b4fcp-3, 0x1.1ba91bbca681bp-45},
    {0x1.408p0, -0x1.cc320c0176p-3, -0x1.409039a653794p-45},
    {0x1.3fp0, -0x1.c2968558c2p-3, 0x1.cfd73dee38a4p-45},
    {0x1.3d4p0, -0x1.b7526a22e4p-3, -0x1.c0dbf2e78549p-45},
    {0x1.3bcp0, -0x1.ad9da1f828p-3, 0x1.882b7c803f05p-44},
    {0x1.3a4p0, -0x1.a3dd04b938p-3, -0x1.97da1366e2c5ap-45},
    {0x1.38cp0, -0x1.9a10756988p-3, -0x1.64aa6242cd098p-45},
    {0x1.374p0, -0x1.9037d6a18p-3, -0x1.30dea57c1c8d9p-45},
    {0x1.35cp0, -0x1.86530a8c7p-3, -0x1.98bb0cb4ea3e3p-44},
    {0x1.348p0, -0x1.7e0afd630cp-3, -0x1.39e7c1d8f1034p-46},
    {0x1.33p0, -0x1.740f8f5404p-3, 0x1.0b66c99018aa1p-44},
    {0x1.318p0, -0x1.6a079d0f7ap-3, -0x1.5a3f8448d14f5p-44},
    {0x1.3p0, -0x1.5ff3070a7ap-3, 0x1.8586f183bebf2p-44},
    {0x1.2ecp0, -0x1.5782cb3092p-3, 0x1.3a46351794442p-44},
    {0x1.2d4p0, -0x1.4d56b5798ep-3, -0x1.8058015a96555p-44},
    {0x1.2cp0, -0x1.44d2b6ccb8p-3, 0x1.70cc16135783cp-46},
    {0x1.2a8p0, -0x1.3a8eb2d31ap-3, -0x1.bafb77d5d503ep-46},
    {0x1.294p0, -0x1.31f693eb1ap-3, 0x1.a6726e5a396fbp-45},
    {0x1.27cp0, -0x1.279a300ab4p-3, -0x1.ef432b3235108p-44},
    {0x1.268p0, -0x1.1eed90e2dcp-3, -0x1.615637097648fp-46},
    {0x1.254p0, -0x1.16377fb124p-3, -0x1.91e1abf41763ep-47},
    {0x1.24p0, -0x1.0d77e7cd08p-3, -0x1.cb2cd2ee2f482p-44},
    {0x1.22cp0, -0x1.04aeb449f6p-3, -0x1.afa9065ccd35cp-45},
    {0x1.214p0, -0x1.f42dba3a24p-4, 0x1.312b732df6c0dp-44},
    {0x1.2p0, -0x1.e27076e2bp-4, 0x1.a342c2af0003cp-45},
    {0x1.1ecp0, -0x1.d09f72b4c4p-4, -0x1.048c000354e33p-45},
    {0x1.1d8p0, -0x1.beba818148p-4, 0x1.89b78b6df1f57p-44},
    {0x1.1c4p0, -0x1.acc1768434p-4, 0x1.aa783a0b7fa4cp-45},
    {0x1.1bp0, -0x1.9ab4246204p-4, 0x1.8a64826787061p-45},
    {0x1.1ap0, -0x1.8c345d6318p-4, -0x1.b20f5acb42a66p-44},
    {0x1.18cp0, -0x1.7a0216f648p-4, -0x1.e124ca18418ffp-44},
    {0x1.178p0, -0x1.67bb0726ecp-4, -0x1.f724b69ef5912p-49},
    {0x1.164p0, -0x1.555efe40b4p-4, -0x1.0b4978c868e23p-44},
    {0x1.15p0, -0x1.42edcbea64p-4, -0x1.bc0eeea7c9acdp-46},
    {0x1.14p0, -0x1.341d7961bcp-4, -0x1.1d0929983761p-44},
    {0x1.12cp0, -0x1.2185b3b75cp-4, 0x1.e3189f8f32304p-44},
    {0x1.11cp0, -0x1.129644403p-4, 0x1.d53bb751aa773p-44},
    {0x1.108p0, -0x1.ffae9119b8p-5, -0x1.303374262c554p-45},
    {0x1.0f4p0, -0x1.da0478be38p-5, -0x1.252c7b1f6fe05p-45},
    {0x1.0e4p0, -0x1.bbc2bfc45p-5, 0x1.7d18691417dafp-46},
    {0x1.0d4p0, -0x1.9d644fdff8p-5, -0x1.13c90539a473bp-44},
    {0x1.0cp0, -0x1.77458f633p-5, 0x1.181dce586af09p-44},
    {0x1.0bp0, -0x1.58a5bafc9p-5, 0x1.b2b739570ad39p-45},
    {0x1.09cp0, -0x1.32348c7p-5, -0x1.696db90b1e49fp-45},
    {0x1.08cp0, -0x1.1352378598p-5, 0x1.c1ac3b71fa59bp-46},
    {0x1.07cp0, -0x1.e8a3ee30dp-6, 0x1.1a9fa3de539p-45},
    {0x1.06cp0, -0x1.aa6721ee8p-6, -0x1.ad4eb5c5af494p-45},
    {0x1.058p0, -0x1.5c45a51b9p-6, 0x1.63bb6216d87d8p-45},
    {0x1.048p0, -0x1.1d7f7eb9fp-6, 0x1.4193a83fcc7a6p-46},
    {0x1.038p0, -0x1.bcf712c74p-7, -0x1.c25e097bd9771p-46},
    {0x1.028p0, -0x1.3e7295d26p-7, 0x1.609c1ff29a114p-45},
    {0x1.018p0, -0x1.7ee11ebd8p-8, -0x1.749d3c2d23a07p-47},
    {0x1.0p0, 0x0.0p0, 0x0.0p0},
    {0x1.0p0, 0x0.0p0, 0x0.0p0},
    {0x1.fap-1, 0x1.82448a388p-7, 0x1.4554412c584ep-44},
    {0x1.f6p-1, 0x1.432a92598p-6, 0x1.98139928637fep-47},
    {0x1.f28p-1, 0x1.b5cc258b7p-6, 0x1.8e611b8afbfe8p-46},
    {0x1.ee8p-1, 0x1.1ce5a62bcp-5, 0x1.a9cc78d8df999p-44},
    {0x1.ebp-1, 0x1.5715c4c04p-5, -0x1.8888ddfc47628p-44},
    {0x1.e78p-1, 0x1.91b073efd8p-5, -0x1.9d7c53f76ca96p-46},
    {0x1.e38p-1, 0x1.d52ed6406p-5, -0x1.3c85d2a29bbd6p-44},
    {0x1.ep-1, 0x1.08598b59e4p-4, -0x1.7e5dd7009902cp-46},
    {0x1.dc8p-1, 0x1.26536c3d8cp-4, 0x1.b4bac097c5ba3p-47},
    {0x1.d9p-1, 0x1.4485e03dbcp-4, 0x1.fad46e8d26ab7p-44},
    {0x1.d6p-1, 0x1.5e95a4d978p-4, 0x1.1cb7ce1d17171p-44},
    {0x1.d28p-1, 0x1.7d33687c28p-4, 0x1.3c88c3e706706p-44},
    {0x1.cfp-1, 0x1.9c0c32d4d4p-4, -0x1.ab7c09e838668p-44},
    {0x1.ccp-1, 0x1.b6ac88dad4p-4, 0x1.b1bdff50225c7p-44},
    {0x1.c88p-1, 0x1.d5f556592p-4, 0x1.0e239cc185469p-44},
    {0x1.c58p-1, 0x1.f0f70cdd98p-4, 0x1.2e31f6c272c1ep-44},
    {0x1.c28p-1, 0x1.06135354d4p-3, 0x1.6304628340ee9p-44},
    {0x1.bf8p-1, 0x1.13c2605c3ap-3, -0x1.cf5fdd94f6509p-45},
    {0x1.bc8p-1, 0x1.2188fd9808p-3, -0x1.b3a1e7f50c701p-44},
    {0x1.b98p-1, 0x1.2f677cbbcp-3, 0x1.52b302160f40dp-44},
    {0x1.b68p-1, 0x1.3d5e3126bcp-3, 0x1.3fb2f85096c4bp-46},
    {0x1.b38p-1, 0x1.4b6d6fefe2p-3, 0x1.522ecf56e7952p-46},
    {0x1.b08p-1, 0x1.59958ff1d6p-3, -0x1.a1d059769ca05p-44},
    {0x1.ad8p-1, 0x1.67d6e9d786p-3, -0x1.11e8830a706d3p-44},
    {0x1.abp-1, 0x1.73cb9074fep-3, -0x1.d66a90d0005a6p-44},
    {0x1.a8p-1, 0x1.823c16551ap-3, 0x1.e0ddb9a631e83p-46},
    {0x1.a58p-1, 0x1.8e588ebac2p-3, 0x1.b7d5cab2d114p-44},
    {0x1.a3p-1, 0x1.9a8778debap-3, 0x1.470fa3efec39p-44},
    {0x1.ap-1, 0x1.a93ed3c8aep-3, -0x1.8724350562169p-45},
    {0x1.9d8p-1, 0x1.b5971a213ap-3, 0x1.9b50e83aa91dfp-44},
    {0x1.9bp-1, 0x1.c2028ab18p-3, -0x1.92e0ee55c7ac6p-45},
    {0x1.988p-1, 0x1.ce816157f2p-3, -0x1.9e0aba2099515p-45},
    {0x1.96p-1, 0x1.db13db0d48p-3, 0x1.2806a847527e6p-44},
    {0x1.938p-1, 0x1.e7ba35eb78p-3, -0x1.d5eee23793649p-47},
    {0x1.91p-1, 0x1.f474b134ep-3, -0x1.bae49f1df7b5ep-44},
    {0x1.8e8p-1, 0x1.00a1c6addap-2, 0x1.1cd8d688b9e18p-44},
    {0x1.8cp-1, 0x1.07138604d6p-2, -0x1.e76324e912b17p-44},
    {0x1.898p-1, 0x1.0d8fb813ebp-2, 0x1.ee8c88753fa35p-46},
    {0x1.878p-1, 0x1.12c77cd007p-2, 0x1.3b2948a11f797p-46},
    {0x1.85p-1, 0x1.1956d3b9bcp-2, 0x1.7d2f73ad1aa14p-45},
    {0x1.828p-1, 0x1.1ff0fe7cf4p-2, 0x1.e9d5b513ff0c1p-44},
    {0x1.808p-1, 0x1.25410494e5p-2, 0x1.b1d7ac0ef77f2p-44},
    {0x1.7ep-1, 0x1.2bef07cdc9p-2, 0x1.a9cfa4a5004f4p-45},
    {0x1.7cp-1, 0x1.314f1e1d36p-2, -0x1.8e27ad3213cb8p-45},
    {0x1.798p-1, 0x1.3811728565p-2, -0x1.a71e493a0702bp-45},
    {0x1.778p-1, 0x1.3d81fb5947p-2, -0x1.22c7c2a9d37a4p-45},
    {0x1.758p-1, 0x1.42f9f3ff62p-2, 0x1.906440f7d3354p-44},
};

/* 2^(j / 64) in two parts. */
static const double exp_table[EXP_ROWS][2] = {
    {0x1.0p0, 0x0.0p0},
    {0x1.02c9a3e778061p0, -0x1.19083535b085dp-56},
    {0x1.059b0d3158574p0, 0x1.d73e2a475b465p-55},
    {0x1.0874518759bc8p0, 0x1.186be4bb284ffp-57},
    {0x1.0b5586cf9890fp0, 0x1.8a62e4adc610bp-54},
    {0x1.0e3ec32d3d1a2p0, 0x1.03a1727c57b53p-59},
    {0x1.11301d0125b51p0, -0x1.6c51039449b3ap-54},
    {0x1.1429aaea92dep0, -0x1.32fbf9af1369ep-54},
    {0x1.172b83c7d517bp0, -0x1.19041b9d78a76p-55},
    {0x1.1a35beb6fcb75p0, 0x1.e5b4c7b4968e4p-55},
    {0x1.1d4873168b9aap0, 0x1.e016e00a2643cp-54},
    {0x1.2063b88628cd6p0, 0x1.dc775814a8495p-55},
    {0x1.2387a6e756238p0, 0x1.9b07eb6c70573p-54},
    {0x1.26b4565e27cddp0, 0x1.2bd339940e9d9p-55},
    {0x1.29e9df51fdee1p0, 0x1.612e8afad1255p-55},
    {0x1.2d285a6e4030bp0, 0x1.0024754db41d5p-54},
    {0x1.306fe0a31b715p0, 0x1.6f46ad23182e4p-55},
    {0x1.33c08b26416ffp0, 0x1.32721843659a6p-54},
    {0x1.371a7373aa9cbp0, -0x1.63aeabf42eae2p-54},
    {0x1.3a7db34e59ff7p0, -0x1.5e436d661f5e3p-56},
    {0x1.3dea64c123422p0, 0x1.ada0911f09ebcp-55},
    {0x1.4160a21f72e2ap0, -0x1.ef3691c309278p-58},
    {0x1.44e086061892dp0, 0x1.89b7a04ef80dp-59},
    {0x1.486a2b5c13cdp0, 0x1.3c1a3b69062fp-56},
    {0x1.4bfdad5362a27p0, 0x1.d4397afec42e2p-56},
    {0x1.4f9b2769d2ca7p0, -0x1.4b309d25957e3p-54},
    {0x1.5342b569d4f82p0, -0x1.07abe1db13cadp-55},
    {0x1.56f4736b527dap0, 0x1.9bb2c011d93adp-54},
    {0x1.5ab07dd485429p0, 0x1.6324c054647adp-54},
    {0x1.5e76f15ad2148p0, 0x1.ba6f93080e65ep-54},
    {0x1.6247eb03a5585p0, -0x1.383c17e40b497p-54},
    {0x1.6623882552225p0, -0x1.bb60987591c34p-54},
    {0x1.6a09e667f3bcdp0, -0x1.bdd3413b26456p-54},
    {0x1.6dfb23c651a2fp0, -0x1.bbe3a683c88abp-57},
    {0x1.71f75e8ec5f74p0, -0x1.16e4786887a99p-55},
    {0x1.75feb564267c9p0, -0x1.0245957316dd3p-54},
    {0x1.7a11473eb0187p0, -0x1.41577ee04992fp-55},
    {0x1.7e2f336cf4e62p0, 0x1.05d02ba15797ep-56},
    {0x1.82589994cce13p0, -0x1.d4c1dd41532d8p-54},
    {0x1.868d99b4492edp0, -0x1.fc6f89bd4f6bap-54},
    {0x1.8ace5422aa0dbp0, 0x1.6e9f156864b27p-54},
    {0x1.8f1ae99157736p0, 0x1.5cc13a2e3976cp-55},
    {0x1.93737b0cdc5e5p0, -0x1.75fc781b57ebcp-57},
    {0x1.97d829fde4e5p0, -0x1.d185b7c1b85d1p-54},
    {0x1.9c49182a3f09p0, 0x1.c7c46b071f2bep-56},
    {0x1.a0c667b5de565p0, -0x1.359495d1cd533p-54},
    {0x1.a5503b23e255dp0, -0x1.d2f6edb8d41e1p-54},
    {0x1.a9e6b5579fdbfp0, 0x1.0fac90ef7fd31p-54},
    {0x1.ae89f995ad3adp0, 0x1.7a1cd345dcc81p-54},
    {0x1.b33a2b84f15fbp0, -0x1.2805e3084d708p-57},
    {0x1.b7f76f2fb5e47p0, -0x1.5584f7e54ac3bp-56},
    {0x1.bcc1e904bc1d2p0, 0x1.23dd07a2d9e84p-55},
    {0x1.c199bdd85529cp0, 0x1.11065895048ddp-55},
    {0x1.c67f12e57d14bp0, 0x1.2884dff483cadp-54},
    {0x1.cb720dcef9069p0, 0x1.503cbd1e949dbp-56},
    {0x1.d072d4a07897cp0, -0x1.cbc3743797a9cp-54},
    {0x1.d5818dcfba487p0, 0x1.2ed02d75b3707p-55},
    {0x1.da9e603db3285p0, 0x1.c2300696db532p-54},
    {0x1.dfc97337b9b5fp0, -0x1.1a5cd4f184b5cp-54},
    {0x1.e502ee78b3ff6p0, 0x1.39e8980a9cc8fp-55},
    {0x1.ea4afa2a490dap0, -0x1.e9c23179c2893p-54},
    {0x1.efa1bee615a27p0, 0x1.dc7f486a4b6bp-54},
    {0x1.f50765b6e454p0, 0x1.9d3e12dd8a18bp-54},
    {0x1.fa7c1819e90d8p0, 0x1.74853f3a5931ep-55},
};

struct pair {
    double sum, rest; /* rest is far smaller */
};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The high half of a double: products of halves are exact. */
static double high_half(double x)
{
    return double_of(bits_of(x) & ~((UINT64_C(1) << 27) - 1));
}

/* The logarithm of x × 2^shift for a normal x above 0, with an error below 2^−67 + 2^−65 of it. */
static inline struct pair log_pair(double x, int shift)
{
    const uint64_t bits = bits_of(x), above = bits - bits_of(0.6875);
    const struct log_row *const row =
        &log_table[above >> (MANTISSA_BITS - LOG_BITS) & (LOG_ROWS - 1)];
    const double power = (double)(((int64_t)above >> MANTISSA_BITS) + shift);
    const uint64_t mantissa = bits - (above & (UINT64_C(0xFFF) << MANTISSA_BITS));
    const double m = double_of(mantissa);
    const double m_high = double_of(mantissa & ~((UINT64_C(1) << 32) - 1));

    /* log m = log c + log(1 + r); r_high and its square are exact. */
    const double r_high = m_high * row->inverse - 1.0, r_low = (m - m_high) * row->inverse;
    const double r = r_high + r_low, r2 = r * r;
    const double whole = power * LN2 + row->log;
    const double square = -0.5 * (r_high * r_high);
    const double tail =
        (1.0 / 3 - r * (1.0 / 4)) +
        r2 * ((1.0 / 5 - r * (1.0 / 6)) + r2 * ((1.0 / 7 - r * (1.0 / 8)) + r2 * (1.0 / 9)));

    const double first = whole + r_high, lost = whole - (first - r_high);
    const double first_rest = (r_high - (first - (first - r_high))) + lost;
    const double second = first + square, second_rest = (first - second) + square;
    const double rest = r * r2 * tail + (r_low - 0.5 * r_low * (r + r_high)) +
                        (power * LN2_REST + row->rest) + (first_rest + second_rest);
    const double sum = second + rest;
    return (struct pair){sum, (second - sum) + rest};
}

/* exp(x + rest), |rest| far below 1. */
static inline double exp_pair(double x, double rest)
{
    if (!(x < 710.0)) return x >= 710.0 ? INFINITY : x; /* NAN stays */
    if (x < -746.0) return 0.0;
    const double rounded = x * 0x1.71547652b82fep6 + ROUNDER; /* 64 / ln 2 */
    const double steps = rounded - ROUNDER;
    const int64_t n = (int64_t)steps;
    const double *const row = exp_table[n & (EXP_ROWS - 1)];
    /* ln 2 / 64 in two parts; the first product is exact. */
    const double r = (x - steps * 0x1.62e42fef8p-7) - (steps * 0x1.1cf79abc9e3b4p-42 - rest);
    const double r2 = r * r;
    const double grown =
        r + r2 * ((0.5 + r * (1.0 / 6)) + r2 * ((1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720)));
    const double mantissa = row[0] + (row[0] * grown + row[1]);
    const int64_t power = n >> EXP_BITS;
    if (power < -1000 || power > 1000) return ldexp(mantissa, (int)power);
    return double_of(bits_of(mantissa) + ((uint64_t)power << MANTISSA_BITS));
}

double ambit_exp(double x)
{
    return exp_pair(x, 0.0);
}

double ambit_log(double x)
{
    if (x >= DBL_MIN && x <= DBL_MAX) return log_pair(x, 0).sum;
    if (x > DBL_MAX) return x;
    if (x > 0.0) return log_pair(x * 0x1p54, -54).sum;
    return x == 0.0 ? -INFINITY : NAN;
}

double ambit_pow(double x, double y)
{
    if (y == 0.0) return 1.0;
    if (!(x >= DBL_MIN && x <= DBL_MAX && fabs(y) <= 0x1p64))
        return exp_pair(y * ambit_log(x), 0.0);
    const struct pair log = log_pair(x, 0);
    const double product = y * log.sum;
    if (!(fabs(product) < 800.0)) return exp_pair(product, 0.0);
    const double y_high = high_half(y), y_low = y - y_high;
    const double log_high = high_half(log.sum), log_low = log.sum - log_high;
    const double lost =
        ((y_high * log_high - product) + y_high * log_low + y_low * log_high) + y_low * log_low;
    return exp_pair(product, lost + y * log.rest);
}

/* An angle less whole quarter turns: in [−π/4, π/4], in two parts. */
static struct pair within_quarter(double x, int64_t *quarters_out)
{
    const double quarters = (x * 0x1.45f306dc9c883p-1 + ROUNDER) - ROUNDER; /* 2 / π */
    const double first = x - quarters * 0x1.921fb544p0, part = quarters * 0x1.0b4611ap-34;
    const double second = first - part;
    const double third = quarters * 0x1.898cc51701b84p-64 - ((first - second) - part);
    const double sum = second - third;
    *quarters_out = (int64_t)quarters;
    return (struct pair){sum, (second - sum) - third};
}

static double sin_near(struct pair x)
{
    const double z = x.sum * x.sum, z2 = z * z;
    const double tail = (-1.0 / 6 + z * (1.0 / 120)) +
                        z2 * ((-1.0 / 5040 + z * (1.0 / 362880)) +
                              z2 * ((-1.0 / 39916800 + z * (1.0 / 6227020800)) +
                                    z2 * (-1.0 / 1307674368000 + z * (1.0 / 355687428096000))));
    return x.sum + (x.sum * z * tail + x.rest * (1.0 - 0.5 * z));
}

static double cos_near(struct pair x)
{
    const double z = x.sum * x.sum, z2 = z * z;
    const double tail =
        (1.0 / 24 - z * (1.0 / 720)) +
        z2 * ((1.0 / 40320 - z * (1.0 / 3628800)) +
              z2 * ((1.0 / 479001600 - z * (1.0 / 87178291200)) + z2 * (1.0 / 20922789888000)));
    const double half = 0.5 * z, most = 1.0 - half;
    return most + (((1.0 - most) - half) + (z2 * tail - x.sum * x.rest));
}

/* The sine of x and so many quarter turns more. */
static double sin_turned(double x, int64_t more)
{
    int64_t quarters = 0;
    const struct pair near = within_quarter(x, &quarters);
    quarters += more;
    const double size = (quarters & 1) != 0 ? cos_near(near) : sin_near(near);
    return (quarters & 2) != 0 ? -size : size;
}

double ambit_sin(double x)
{
    return sin_turned(x, 0);
}

double ambit_cos(double x)
{
    return sin_turned(x, 1);
}

double ambit_asin(double x)
{
    const double size = fabs(x);
    const double z = size > 0.5 ? 0.5 * (1.0 - size) : x * x;
    const double s = size > 0.5 ? sqrt(z) : size;
    const double z2 = z * z, z4 = z2 * z2;
    const double tail = ((0x1.555555555543ap-3 + z * 0x1.333333335f96ep-4) +
                         z2 * (0x1.6db6db4a46bcfp-5 + z * 0x1.f1c72a1a1c6d1p-6)) +
                        z4 * (((0x1.6e8a205402836p-6 + z * 0x1.1c699651e4463p-6) +
                               z2 * (0x1.c72662a072b09p-7 + z * 0x1.8dd121d7538eep-7)) +
                              z4 * ((0x1.b3497d27674c7p-8 + z * 0x1.3b3d592055f6dp-6) +
                                    z2 * (-0x1.02f5782811ecdp-6 + z * 0x1.033b8393e697dp-5)));
    const double low = s + s * z * tail;
    return copysign(size > 0.5 ? HALF_PI - (2.0 * low - HALF_PI_REST) : low, x);
}

double ambit_atan2(double y, double x)
{
    const double up = fabs(y), along = fabs(x);
    const double less = up < along ? up : along, more = up < along ? along : up;
    if (more == 0.0) return 0.0;
    /* The arc of less / more, from the nearer one of 0 and π/4. */
    const bool far = less > 0x1.a82799p-2 * more; /* tan(π/8) */
    const double t = far ? (less - more) / (less + more) : less / more;
    const double z = t * t, z2 = z * z, z4 = z2 * z2;
    const double tail = ((-0x1.5555555555548p-2 + z * 0x1.9999999996cefp-3) +
                         z2 * (-0x1.249249231abc2p-3 + z * 0x1.c71c710b658fcp-4)) +
                        z4 * (((-0x1.745cfc9ade20dp-4 + z * 0x1.3b1155770c666p-4) +
                               z2 * (-0x1.10ee2d14ed7fep-4 + z * 0x1.df30585f4f3eap-5)) +
                              z4 * ((-0x1.9d5d69e83e31ep-5 + z * 0x1.391fa0ee60830p-5) +
                                    z2 * -0x1.2812848a79f58p-6));
    double arc = t + t * z * tail;
    if (far) arc = 0.5 * HALF_PI + (arc + 0.5 * HALF_PI_REST);
    if (up > along) arc = HALF_PI - (arc - HALF_PI_REST);
    if (x < 0.0) arc = 2.0 * HALF_PI - (arc - 2.0 * HALF_PI_REST);
    return copysign(arc, y);
}
